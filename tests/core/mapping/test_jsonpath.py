import pytest
from hypothesis import given
from hypothesis import strategies as st

from octetgate.core.mapping import jsonpath
from octetgate.core.mapping.jsonpath import MISSING
from octetgate.core.mapping.path_text import PathError

BOOKS = [
    {"title": "A", "price": 8, "tags": ["x", "y"], "isbn": "1"},
    {"title": "B", "price": 12.5, "tags": []},
    {"title": "C", "price": 20, "sold": True},
]
STORE = {
    "books": BOOKS,
    "bike": {"price": 100, "title": "bike"},
    "a-b": 1,
    "odd.key": 2,
    "limit": 10,
}


@pytest.mark.parametrize(
    "path, found",
    [
        # definite
        ("$", STORE),
        ("$.bike.price", 100),
        ("bike.price", 100),
        ("['bike'].price", 100),
        ("$['bike']['price']", 100),
        ('$["bike"].price', 100),
        ("$.['bike'].price", 100),
        ("$.a-b", 1),
        ("$['odd.key']", 2),
        ("$.books[0].title", "A"),
        ("$.books[-1].title", "C"),
        ("$.books[ 1 ].title", "B"),
        ("$.books[7]", MISSING),
        ("$.books[-7]", MISSING),
        ("$.books.title", MISSING),
        ("$.bike[0]", MISSING),
        ("$.nope.more", MISSING),
        ("$.bike['price','title','no']", {"price": 100, "title": "bike"}),
        ("$.books['a','b']", MISSING),
        # length
        ("$.books.length()", 3),
        ("$.bike.size()", 2),
        ("$.bike.title.length()", 4),
        ("$.limit.length()", MISSING),
        ("$.nope.length()", MISSING),
        ("$..title.length()", 4),
        # indefinite
        ("$.books[*].title", ["A", "B", "C"]),
        ("$.books.*.title", ["A", "B", "C"]),
        ("$.bike.*", [100, "bike"]),
        ("$.limit.*", []),
        ("$.books[0,2].title", ["A", "C"]),
        ("$.books[0, 9].title", ["A"]),
        ("$.books[0:2].title", ["A", "B"]),
        ("$.books[:1].title", ["A"]),
        ("$.books[-1:].title", ["C"]),
        ("$.bike[0:1]", MISSING),
        ("$.books[*].tags[0]", ["x"]),
        ("$..title", ["A", "B", "C", "bike"]),
        ("$..tags[0]", ["x"]),
        ("$..[0]", [BOOKS[0], "x"]),
        ("$..['price']", [8, 12.5, 20, 100]),
        ("$.bike..*", [100, "bike"]),
        ("$..nope", []),
        # filters
        ("$.books[?(@.price < 10)].title", ["A"]),
        ("$.books[?(@.price >= 12.5)].title", ["B", "C"]),
        ("$.books[?(@.price > $.limit)].title", ["B", "C"]),
        ("$.books[?(@.price <= 8)].title", ["A"]),
        ("$.books[?(@.title == 'A')].price", [8]),
        ('$.books[?(@.title == "A")].price', [8]),
        ("$.books[?(@['title'] != 'A')].title", ["B", "C"]),
        ("$.books[?(@.isbn)].title", ["A"]),
        ("$.books[?(!@.isbn)].title", ["B", "C"]),
        ("$.books[?(@.sold == true)].title", ["C"]),
        ("$.books[?(@.price == '8')].title", ["A"]),
        ("$.books[?('8' == @.price)].title", ["A"]),
        ("$.books[?(@.price == 'x')].title", []),
        ("$.books[?(@.price == '8_0')].title", []),
        ("$.books[?(@.price === '8')].title", []),
        ("$.books[?(@.price === 8.0)].title", ["A"]),
        ("$.books[?(@.price !== '8')].title", ["A", "B", "C"]),
        ("$.books[?(@.tags size 2)].title", ["A"]),
        ("$.books[?(@.tags SIZE 2)].title", ["A"]),
        ("$.books[?(@.tags empty true)].title", ["B"]),
        ("$.books[?(@.tags empty false)].title", ["A"]),
        ("$.books[?(@.isbn exists true)].title", ["A"]),
        ("$.books[?(@.isbn exists false)].title", ["B", "C"]),
        ("$.books[?(@.tags all ['x'])].title", ["A"]),
        ("$.books[?(@.tags subsetof ['x', 'y', 'z'])].title", ["A", "B"]),
        ("$.books[?(@.tags anyof ['x', 'q'])].title", ["A"]),
        ("$.books[?(@.tags noneof ['x'])].title", ["B"]),
        ("$.books[?(@.tags =~ /[x]/)].title", []),
        ("$..[?(@.price > 15)].title", ["C", "bike"]),
        ("$['books','bike'].title", ["bike"]),
        ("$['nope','bike']['title','price']", [{"title": "bike", "price": 100}]),
        ("$..['title','isbn']", [{"title": "A", "isbn": "1"}]),
        ("$..['title','isbn'].x", []),
        ("$.books[1:-1]", []),
        ("$.books[-1:1].title", ["C", "A"]),
        ("@.limit", 10),
        ("$..books.length()", 3),
        ("$.books[*].tags.length()", [2, 0]),
        ("$..price.sum()", 140.5),
        ("$..price.max()", 100.0),
        ("$.books.max()", MISSING),
        ("$.nope.max()", MISSING),
        ("$.max(1, $.limit, 'x', true)", 10.0),
        ("$.books.min($..price, -1)", -1.0),
        ("$.avg(1, 2, [3, 4])", 2.5),
        ("$.stddev(1, 3)", 1.0),
        ("$.sum()", MISSING),
        ("$.bike.keys()", ["price", "title"]),
        ("$.limit.keys()", MISSING),
        ("$.books[0].tags.concat('-', $.bike.title)", "xy-bike"),
        ("$.books[0].tags.append('z', 1)", ["x", "y", "z", 1]),
        ("$.limit.append(1)", MISSING),
        ("$.books[?(@.sold == 1)].title", []),
        ("$.books[?(@.sold == null)].title", []),
        ("$.books[?(@.price > 10 && @.sold)].title", ["C"]),
        ("$.books[?(@.price < 10 || @.price > 15)].title", ["A", "C"]),
        ("$.books[?((@.price < 10 || @.sold) && !(@.title == 'A'))].title", ["C"]),
        ("$.books[?(@.title =~ /[ab]/i)].title", ["A", "B"]),
        ("$.books[?(@.price =~ /8/)].title", ["A"]),
        ("$.books[?(@.sold =~ /true/)].title", ["C"]),
        ("$.books[?(@.title in ['A', 'C'])].title", ["A", "C"]),
        ("$.books[?(@.title nin ['A', 'C'])].title", ["B"]),
        ("$.books[?(@.title in [])].title", []),
        ("$.books[?(@.tags contains 'x')].title", ["A"]),
        ("$.books[?(@.title contains 'B')].title", ["B"]),
        ("$.books[?(@.tags.length() == 2)].title", ["A"]),
        ("$.books[?(@.title > 'A')].title", ["B", "C"]),
        ("$.books[?(@.title > 1)].title", []),
        ("$.books[?(@.price == 1.25e1)].title", ["B"]),
        ("$.books[?(@.tags[*] contains 'y')].title", ["A"]),
        ("$.bike[?(@.price == 100)].title", ["bike"]),
        ("$.limit[?(@.x)]", MISSING),
        ("$..[?(@.price == 100)].title", ["bike"]),
    ],
)
def test_a_path_finds_what_jayway_finds(path, found):
    assert jsonpath.compile(path).find(STORE) == found


@pytest.mark.parametrize(
    "path, definite",
    [
        ("$.a[0]['b']", True),
        ("$.a[-1]", True),
        ("$..a", False),
        ("$[0,1]", False),
        ("$[?(@..x)]", False),
        ("$.a.length()", True),
    ],
)
def test_a_path_knows_whether_it_names_one_thing(path, definite):
    assert jsonpath.compile(path).definite is definite


@pytest.mark.parametrize(
    "path, reason",
    [
        ("$.", "character 3: expected a name, found the end"),
        ("$.a[", "expected an index, a quoted name"),
        ("$.a[x]", "expected an index, a quoted name, .* found 'x'"),
        ("$.a[1", "expected ']', found the end"),
        ("$.a[0,]", "expected an index, found ']'"),
        ("$.a['b',]", "expected a quoted name"),
        ("$.a['b]", 'expected "\'"'),
        ("$.a[0:1:2]", "expected ']', found ':'"),
        ("$.a b", "expected '.' or '\\[', found ' '"),
        ("$.a.foo()", r"character 4: expected one of the functions append, avg, .*, found foo\(\)"),
        ("$.a.concat('x'", r"expected '\)', found the end"),
        ("$.length().x", r"character 11: expected the end behind a function, found '.'"),
        ("$[?@.x]", r"expected '\('"),
        ("$[?(@.x]", r"expected '\)'"),
        ("$[?(@.x == )]", "expected a path, a string, a number"),
        ("$[?(@.x =~ /.*(?=b).*/)]", "may not look around or refer back"),
        ("$[?(@.x =~ 'a')]", "expected a regular expression between slashes"),
        ("$[?(@.x =~ /(/)]", "a group is not closed"),
        ("$[?(@.x in [1 2])]", "expected ']'"),
        pytest.param(
            "$" + ".a" * 5001, "expected at most 10000 characters, found 10003", id="long"
        ),
        pytest.param("$" + "[?(@" * 2000, "filters are nested too deeply", id="filters-in-filters"),
        ("$[?(" + "(" * 30 + "@.x", "nested more than 20 deep"),
    ],
)
def test_a_malformed_path_says_where_and_what_was_found(path, reason):
    with pytest.raises(PathError, match=reason):
        jsonpath.compile(path)


def nested(leaf, levels):
    """Return the leaf below so many members called ``a``."""
    for _ in range(levels):
        leaf = {"a": leaf}
    return leaf


@pytest.mark.parametrize(
    "path, document",
    [
        # Each of 31,125 finds has others in it: 2.6 million values, if written out.
        pytest.param("$..a..a", nested(1, 250), id="values"),
        pytest.param("$..a", nested("x" * 100_000, 900), id="text"),
        pytest.param("$..[?(@.a)]", nested([{"a": "x" * 100_000}] * 200, 1), id="text-in-a-list"),
        pytest.param("$..a", nested({"k" * 100_000: 1}, 900), id="names"),
    ],
)
def test_what_is_found_many_times_over_is_refused_before_it_is_written(path, document):
    reason = "finds more than 1000000 values or 14680064 characters in all"
    with pytest.raises(PathError, match=reason):
        jsonpath.compile(path).find(document)


def test_one_find_may_be_as_long_as_a_body():
    document = {"k": "x" * 20_000_000, "l": list(range(100))}
    assert jsonpath.compile("$.k").find(document) == document["k"]
    assert jsonpath.compile("$.*").find(document) == list(document.values())
    assert jsonpath.compile("$..l").find(document) == [document["l"]]


def test_a_search_that_multiplies_its_finds_is_stopped(monkeypatch):
    monkeypatch.setattr(jsonpath, "_MOST", 1000)
    document: object = 1
    for _ in range(60):
        document = [document]
    with pytest.raises(PathError, match="finds more than 1000 values"):
        jsonpath.compile("$" + "..*" * 8).find(document)


@given(
    st.lists(st.sampled_from(["a", "b", 0, 1]), max_size=5),
    st.recursive(
        st.integers(),
        lambda inner: st.lists(inner, max_size=2) | st.dictionaries(st.sampled_from("ab"), inner),
        max_leaves=8,
    ),
)
def test_the_plain_path_and_the_general_one_agree(steps, document):
    plain = "$" + "".join(f"[{step}]" if isinstance(step, int) else f".{step}" for step in steps)
    general = "$" + "".join(
        f"[ {step} ]" if isinstance(step, int) else f"[ '{step}' ]" for step in steps
    )
    assert jsonpath.compile(plain).find(document) == jsonpath.compile(general).find(document)
