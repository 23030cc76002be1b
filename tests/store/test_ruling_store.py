"""Rulings on campaigns, on both databases: carried out by two at once."""

import threading
import time

from test_deciding_store import ADA, BOB

from service.core.decisions import Action
from service.core.ruling import CampaignMember, ItemOutcome
from service.core.rulings import RuledText, Ruling
from service.core.states import State
from service.usecases.rule import CarryOut
from service.wiring import new_id


def test_two_who_carry_out_one_ruling_take_turns(world):
    """What the first has done stays noted as done, so that it can be taken back."""
    ids = [world.add_decided(State.HELD, f"number {one}") for one in range(5)]
    with world.store.write() as tx:
        heads = tx.heads(world.site.id, ids)
        ruling = Ruling(
            id=new_id(),
            site_id=world.site.id,
            campaign_id=ids[0],
            action=Action.SPAM,
            created_at=world.now,
            moderator_id=ADA.id,
            moderator_name="Ada",
            texts=(RuledText(ids[0], 1, (1, 2)),),
        )
        members = [CampaignMember(one, State.HELD, heads[one].version, None) for one in ids]
        tx.add_ruling(ruling, members)
    carry = CarryOut(world.store, lambda: world.now, time.monotonic, new_id)
    of_it = (world.site.id, ruling.id)
    second = threading.Thread(target=carry, args=(*of_it, BOB))
    with world.store.write() as tx:
        tx.lock_ruling(*of_it)
        second.start()
        second.join(0.3)
        assert second.is_alive(), "does not wait for its turn"
        assert not carry._step(tx, ruling, ADA)
    second.join(10)
    assert not second.is_alive()
    with world.store.read() as tx:
        assert tx.ruling_counts(*of_it) == {ItemOutcome.DONE: 5}
    assert {world.state(one) for one in ids} == {State.SPAM}
