"""What the checks made of comments, handed to a statement as one table of rows."""

import json
import uuid
from collections.abc import Sequence
from typing import Any

from sqlalchemy import (
    ColumnElement,
    SmallInteger,
    Text,
    Uuid,
    cast,
    column,
    func,
    literal,
    select,
)
from sqlalchemy.dialects.postgresql import JSONB

from service.core.decisions import Screening
from service.core.desk_queue import severity_of


def ranked(screenings: Sequence[Screening], *, is_sqlite: bool) -> Any:
    """Rows of `id`, `severity` and `language`.

    They come as one JSON text, so that the statement is the same for any number of comments, and a
    batch is still stored by one.
    """
    rows = [
        [
            uuid.UUID(one.comment_id).hex if is_sqlite else one.comment_id,
            severity_of(one),
            one.language,
        ]
        for one in screenings
    ]
    data = literal(json.dumps(rows), Text)
    picked: list[ColumnElement[Any]]
    if is_sqlite:
        lines = func.json_each(data).table_valued("value")
        picked = [func.json_extract(lines.c.value, f"$[{place}]") for place in range(3)]
    else:
        lines = func.jsonb_array_elements(cast(data, JSONB)).table_valued(
            column("value", JSONB), name="lines"
        )
        texts = [lines.c.value.op("->>")(place) for place in range(3)]
        picked = [cast(texts[0], Uuid), cast(texts[1], SmallInteger), texts[2]]
    id_, severity, language = picked
    return select(id_.label("id"), severity.label("severity"), language.label("language")).subquery(
        "ranked"
    )
