"""Reading a thread: order, pages, cursors, and what of a comment gets out."""

import json

import pytest
from visitors import BLOG, EMAIL, NEWS, PUBLIC_KEYS, STORY, Visitors, everything, problems


@pytest.fixture
def visitors(services):
    return Visitors(services)


def ids(answer):
    assert answer.status_code == 200, answer.text
    return [one["id"] for one in answer.json["comments"]]


def walk(visitors, **query):
    """Ids page by page."""
    pages, cursor = [], None
    while cursor or not pages:
        answer = visitors.read(cursor=cursor, **query)
        pages.append(ids(answer))
        cursor = answer.json["next"]
        assert len(pages) < 50
    return pages


def test_only_what_is_on_the_list_gets_out(visitors):
    """The page and each comment have these keys and no others; no address, no IP, nothing sealed."""
    visitors.shown(author_url="jane.example", ip="198.51.100.23")
    answer = visitors.read()
    assert set(answer.json) == {"comments", "next", "total", "closed", "off"}
    (comment,) = answer.json["comments"]
    assert set(comment) == PUBLIC_KEYS
    assert comment["author_name"] == "Jane"
    assert comment["author_url"] == "https://jane.example"
    assert comment["content_html"] == '<p dir="auto">Hello there.</p>'
    assert comment["edited_at"] is None
    assert not comment["removed"]
    for secret in (EMAIL, EMAIL.partition("@")[0], "198.51.100"):
        assert secret not in everything(answer)
    assert answer.json["total"] == 1
    assert answer.json["next"] is None


def test_avatars_say_nothing_of_the_address(visitors):
    """Two comments of an author share an avatar on a site; another site knows another one."""
    for number in range(2):
        visitors.shown(content=f"Number {number}.")
        visitors.shown(site="blog", thread={"url": f"{BLOG}/a"}, content=f"Number {number}.")
    news = {one["avatar"] for one in visitors.read().json["comments"]}
    blog = {one["avatar"] for one in visitors.read(f"{BLOG}/a", site="blog").json["comments"]}
    assert len(news) == len(blog) == 1
    assert news != blog


def test_markup_in_a_comment_is_text(visitors):
    """What visitors type arrives escaped in `content_html`; links are marked as theirs."""
    visitors.shown(
        content='<img src=x onerror="alert(1)"> & https://a.example/"b', author_name="<b>"
    )
    (comment,) = visitors.read().json["comments"]
    assert "<img" not in comment["content_html"]
    assert "&lt;img" in comment["content_html"]
    assert 'rel="nofollow ugc noopener"' in comment["content_html"]
    assert comment["author_name"] == "<b>"


def test_threads_read_oldest_or_newest_first_with_replies_below_their_parents(visitors):
    """The order is that of the first comments; replies always follow in the order they came."""
    first, second = visitors.shown(), visitors.shown()
    reply = visitors.shown(parent_id=first)
    later = visitors.shown(parent_id=first)
    nested = visitors.shown(parent_id=reply)
    assert ids(visitors.read()) == [first, reply, nested, later, second]
    assert ids(visitors.read(sort="newest")) == [second, first, reply, nested, later]


@pytest.mark.parametrize("sort", ["oldest", "newest"])
def test_pages_together_are_the_thread(visitors, sort):
    """Whatever the size of a page, all comments come once and in order; the last has no next."""
    roots = [visitors.shown() for _ in range(4)]
    for root in roots[:3]:
        visitors.shown(parent_id=visitors.shown(parent_id=root))
    whole = ids(visitors.read(sort=sort))
    assert len(whole) == 10
    for limit in (1, 2, 3, 5, 9, 10, 11, 200):
        pages = walk(visitors, sort=sort, limit=limit)
        assert [one for page in pages for one in page] == whole
        assert {len(page) for page in pages[:-1]} <= {limit}
        assert pages[-1]


def test_a_comment_that_comes_while_paging_is_neither_lost_nor_doubled(visitors):
    """A cursor is a place, not a number: new comments before it change nothing after it."""
    whole = [visitors.shown() for _ in range(4)]
    first = visitors.read(limit=2)
    visitors.shown(parent_id=whole[0])
    assert ids(visitors.read(limit=10, cursor=first.json["next"])) == whole[2:]
    newest = visitors.read(limit=2, sort="newest")
    visitors.shown()
    assert ids(visitors.read(sort="newest", cursor=newest.json["next"]))[0] == whole[1]


@pytest.mark.parametrize(
    "limit",
    ["0", "201", "-1", "1.5", "", " 1", "1e2", "0x1", "١", "１", "9" * 30, "000000001" + "9" * 5_000,
     "00000000199999999", "+1", "1\x00"],
)  # fmt: skip
def test_a_page_has_1_to_200_comments(visitors, limit):
    """Anything else as `limit` is named as the fault, however the number is written."""
    answer = visitors.read(limit=limit)
    assert answer.status_code == 422
    assert problems(answer) == {("/limit", "out_of_range")}


def test_bad_queries_name_every_fault(visitors):
    """Sort and limit are judged together; a query needs a page."""
    answer = visitors.read(sort="id; DROP TABLE comments", limit="x")
    assert problems(answer) == {("/sort", "unknown"), ("/limit", "out_of_range")}
    assert problems(visitors.read(None)) == {("/thread", "missing")}
    assert problems(visitors.read("")) == {("/thread", "missing")}


@pytest.mark.parametrize(
    "cursor",
    ["x", "!!!!", "====", "AAAA", "A" * 21, "A" * 23, "é", "\x00", "' OR 1=1 --", "%", "A" * 22 + "!",
     "A" * 22 + "\n", "A" * 22 + "=", "AAAAAAAAAAAAAAAAAAAAAB", "+" * 22, "A" * 9_000],
)  # fmt: skip
def test_what_is_no_cursor_is_refused(visitors, cursor):
    """A damaged, foreign or over-long cursor is 422, on a thread with and one without comments."""
    visitors.shown()
    for thread in (STORY, f"{NEWS}/empty"):
        answer = visitors.read(thread, cursor=cursor)
        assert answer.status_code == 422, answer.text
        assert problems(answer) == {("/cursor", "bad_cursor")}


def test_a_cursor_of_elsewhere_shows_nothing_of_it(visitors):
    """Cursors carry no thread and no site: used elsewhere, only the asked thread's comments come."""
    for _ in range(3):
        visitors.shown(site="blog", thread={"url": f"{BLOG}/a"}, content="blog")
        visitors.shown(thread={"url": f"{NEWS}/other"}, content="other")
        visitors.shown(content="story")
    cursors = [
        visitors.read(f"{BLOG}/a", site="blog", limit=1).json["next"],
        visitors.read(f"{NEWS}/other", limit=1).json["next"],
    ]
    own = set(ids(visitors.read()))
    for cursor in cursors:
        for sort in ("oldest", "newest"):
            assert set(ids(visitors.read(cursor=cursor, sort=sort))) <= own
            assert ids(visitors.read(f"{NEWS}/empty", cursor=cursor, sort=sort)) == []


def test_sites_do_not_share_threads(visitors):
    """The same page address on two sites is two threads; an unknown page is an empty one."""
    visitors.change("blog", origins=[NEWS])
    mine, theirs = visitors.shown(), visitors.shown(site="blog")
    assert ids(visitors.read()) == [mine]
    assert ids(visitors.read(site="blog")) == [theirs]
    answer = visitors.read(f"{NEWS}/nothing-yet")
    assert answer.json == {"comments": [], "next": None, "total": 0, "closed": False, "off": False}


def test_a_removed_parent_leaves_a_tombstone(visitors):
    """Replies stay below it; of the removed comment itself nothing but its place is left."""
    parent = visitors.shown(content="zebraquagga", author_name="Zebra", author_url="zebra.example")
    reply = visitors.shown(parent_id=parent)
    for action in ("delete", "spam"):
        if action == "spam":
            visitors.decide(parent, "restore")
        visitors.decide(parent, action)
        answer = visitors.read()
        stone, below = answer.json["comments"]
        assert (stone["id"], below["id"], below["parent_id"]) == (parent, reply, parent)
        assert stone["removed"]
        assert set(stone) == PUBLIC_KEYS
        assert (stone["author_name"], stone["content_html"]) == ("", "")
        assert stone["author_url"] is None
        assert stone["avatar"] == ""
        assert "zebra" not in everything(answer).lower()
        assert answer.json["total"] == 1
    visitors.decide(reply, "reject")
    assert visitors.read().json["comments"] == []


def test_a_restored_comment_is_back_in_its_place(visitors):
    """Deleting and restoring leaves the thread as it was."""
    parent = visitors.shown()
    visitors.shown(parent_id=parent)
    before = visitors.read().json
    visitors.decide(parent, "delete")
    assert visitors.read().json != before
    visitors.decide(parent, "restore")
    assert visitors.read().json == before


def test_the_body_is_utf8_json(visitors):
    """Every script arrives as it is, in UTF-8, also between the parts of an emoji."""
    text = "Zoë سلام 你好 \U0001f469\u200d\U0001f469\u200d\U0001f467"
    visitors.shown(content=text, author_name=text)
    answer = visitors.read()
    assert answer.content_type == "application/json"
    (comment,) = json.loads(answer.data.decode("utf-8"))["comments"]
    assert comment["author_name"] == text
    assert text in comment["content_html"]


def test_head_is_answered_without_a_body(visitors):
    """HEAD has the head of GET."""
    visitors.shown()
    path = f"/v1/sites/news/comments?thread={STORY}"
    head, full = visitors.client.head(path), visitors.client.get(path)
    assert (head.status_code, head.data) == (200, b"")
    assert head.headers["ETag"] == full.headers["ETag"]
