import base64
import inspect
import json
import sys
from concurrent.futures import ThreadPoolExecutor

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.core.mapping.golden import Golden, cases
from tests.core.mapping.rendering import rendered

from octetgate.core.mapping import template
from octetgate.core.mapping.context import Context, Overrides
from octetgate.core.mapping.inputs import Input
from octetgate.core.mapping.template import Bounds, Scope, TemplateError


@pytest.mark.parametrize("name", cases())
def test_a_golden_template_renders_to_its_expectation(name):
    golden = Golden(name)
    output = template.compile(golden.template).render(golden.scope)
    if golden.expected.startswith("as json: "):
        assert json.loads(output) == json.loads(golden.expected.removeprefix("as json: "))
    else:
        assert output == golden.expected
    assert golden.left_behind() == golden.expected_overrides()


@given(st.text(st.characters(exclude_characters="$#"), max_size=200))
def test_text_without_a_dollar_or_a_hash_renders_to_itself(text):
    assert rendered(text) == text


JSON = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(st.characters(codec="utf-8")),
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(st.text(st.characters(codec="utf-8")), inner, max_size=4)
    ),
    max_leaves=12,
)


@given(JSON)
def test_the_whole_document_survives_input_json(document):
    output = rendered("$input.json('$')", json.dumps(document))
    assert json.loads(output) == document


@given(st.text(st.characters(codec="utf-8")))
def test_base64_encode_and_decode_are_each_others_reverse(text):
    output = rendered(
        "$util.base64Decode($util.base64Encode($input.params('t')))", path={"t": [text]}
    )
    assert output == text


@given(st.text(st.characters(codec="utf-8")))
def test_url_encode_and_decode_are_each_others_reverse(text):
    output = rendered("$util.urlDecode($util.urlEncode($input.params('t')))", path={"t": [text]})
    assert output == text


@given(st.text(st.sampled_from("$#{}()[]\"'\\ab.!=@*\n <end>if|set&")))
def test_any_text_compiles_or_says_where_it_is_wrong(text):
    error = None
    try:
        template.compile(text).render(Scope())
    except TemplateError as found:
        error = found
    assert error is None or (error.line >= 1 and error.column >= 1)


def test_a_template_renders_again_as_if_it_were_the_first_time():
    compiled = template.compile(
        "#set($l = [])#foreach($i in [1..3])$!l.add($i)#end$l $m#set($m = 1)"
    )
    first = compiled.render(Scope())
    assert first == "truetruetrue[1, 2, 3] $m"
    assert compiled.render(Scope()) == first


def test_threads_render_one_template_without_seeing_each_other():
    compiled = template.compile(
        "#macro(m $v)[$v]#end#set($x = $input.body)#foreach($i in [1..50])#m($x)#end"
    )

    def render(number: int) -> str:
        return compiled.render(Scope(input=Input(str(number))))

    with ThreadPoolExecutor(4) as pool:
        assert list(pool.map(render, range(20))) == [f"[{n}]" * 50 for n in range(20)]


def test_what_a_request_template_overrides_a_response_template_reads():
    overrides = Overrides()
    request = Scope(context=Context({}, overrides))
    template.compile(
        '#set($context.requestOverride.header.foo = "bar")#set($context.requestOverride.invented = "kept")#set($context.mine = 7)'
    ).render(request)
    response = Scope(context=Context({}, overrides))
    text = "$context.requestOverride.header.foo $context.requestOverride.invented $context.mine"
    assert template.compile(text).render(response) == "bar kept 7"


@pytest.mark.parametrize(
    "text, reads",
    [
        ("$input.body", True),
        ("$input.json('$')", True),
        ("${input.path('$.a')}", True),
        ('#set($x = "$input.body")', True),
        ('$input["body"]', True),
        ("#set($alias = $input)", True),
        ("$map.get($input.body)", True),
        ("$input.params('a')", False),
        ("$input.params().header.A $context.stage", False),
        ("input.body", False),
    ],
)
def test_reads_body_is_true_when_the_template_may_look_at_it(text, reads):
    assert template.compile(text).reads_body is reads


def test_a_template_larger_than_awss_quota_is_refused():
    template.compile("x" * template.LARGEST_TEMPLATE)
    with pytest.raises(TemplateError, match="expected at most 307200 bytes, found 307202"):
        template.compile("é" * (template.LARGEST_TEMPLATE // 2 + 1))


def test_half_a_surrogate_pair_in_a_template_is_refused():
    with pytest.raises(TemplateError, match="expected Unicode text"):
        template.compile("\ud800")


def test_a_large_body_is_not_copied_before_the_final_join(monkeypatch):
    body = "A" * 1000
    seen = []
    monkeypatch.setattr(
        "octetgate.core.mapping.vtl.run.Run.text", lambda run: seen.extend(run._pieces)
    )
    template.compile('{"base64Image":"$input.body"}').render(Scope(input=Input(body)))
    assert any(text is body for text in seen)


DOUBLING = '#set($x = $input.body)#foreach($i in [1..40])#set($x = "$x$x")#end$x.length()'


SMALL = Bounds(work=100_000)


@pytest.mark.parametrize(
    "text, bounds, reason",
    [
        pytest.param(DOUBLING, Bounds(), "more than", id="doubling"),
        pytest.param(
            "#foreach($i in [1..1001])$i#end",
            SMALL,
            "more than 1000 iterations, found 1001",
            id="iterations",
        ),
        pytest.param(
            "#foreach($a in [1..99])#foreach($b in [1..99])x#end#end",
            Bounds(steps=1000),
            "more than 1000 steps",
            id="nested",
        ),
        pytest.param("#macro(m)#m()#end#m()", SMALL, "more than 20 deep", id="macro-in-itself"),
        pytest.param(
            "".join(f"#define($d{i})$d{i + 1}$d{i + 1}#end" for i in range(30)) + "$d0",
            Bounds(steps=1000),
            "more than 1000 steps",
            id="blocks-twice-in-blocks",
        ),
        pytest.param(
            "".join(f'#macro(m{i} $a)#m{i + 1}("$a$a")#end' for i in range(18))
            + "#macro(m18 $a)$a#end#m0('')",
            Bounds(steps=1000),
            "more than 1000 steps",
            id="arguments-twice-in-arguments",
        ),
        pytest.param(
            "#set($l = [1])#foreach($i in [1..60])#set($l = [$l, $l])#end#if($l == [])#end",
            SMALL,
            "a list or map of more than 1000000 lists and maps in all",
            id="lists-twice-in-lists",
        ),
        pytest.param(
            "#set($l = [1])#foreach($i in [1..60])#if($l.addAll($l))#end#end",
            Bounds(),
            "a list or map of more than 1000000 members",
            id="list-onto-itself",
        ),
        pytest.param(
            "#set($x = 3)#foreach($i in [1..1000])#set($x = $x * $x)#end",
            SMALL,
            "1024 bits",
            id="big-integer",
        ),
        pytest.param("#set($x = [1..10001])", SMALL, "at most 10000 numbers", id="range"),
        pytest.param(
            "#set($l = [])$l.add($l)$l", SMALL, "lists and maps in all", id="list-in-itself"
        ),
        pytest.param(
            "#foreach($i in [1..900])$input.body.toUpperCase().length()#end",
            SMALL,
            "characters in all",
            id="reading",
        ),
        pytest.param(
            "#foreach($i in [1..900])#if($input.body.matches('.*b.*x(?=y)'))#end#end",
            Bounds(work=1_000_000),
            "characters in all",
            id="going-back-again-and-again",
        ),
        pytest.param(
            "#set($n = $input.body.replaceAll('b.*x|b', ''))" * 20,
            Bounds(work=200_000),
            "characters in all",
            id="reading-ahead-again-and-again",
        ),
        pytest.param(
            '#foreach($i in [1..900])#set($l = $input.body.split("[$i]"))#end',
            Bounds(work=1_000_000),
            "characters in all",
            id="compiling-pattern-after-pattern",
        ),
        pytest.param(
            "#set($s = 'a')#foreach($i in [1..60])#set($s = $s + $s)#end",
            SMALL,
            "characters in all",
            id="adding",
        ),
        pytest.param(
            "#foreach($i in [1..11])0123456789#end",
            Bounds(output=100),
            "more than 100 characters of output",
            id="text",
        ),
        pytest.param(
            "$input.body$input.body",
            Bounds(output=150),
            "input.body: more than 150 characters of output",
            id="reference",
        ),
    ],
)
def test_a_rendering_that_would_not_end_is_stopped(text, bounds, reason):
    with pytest.raises(TemplateError, match=reason):
        template.compile(text, bounds).render(Scope(input=Input("b" * 100)))


def test_a_template_nested_beyond_reason_is_refused():
    with pytest.raises(TemplateError, match="nested more than 40 levels deep"):
        template.compile("#if(" + "(" * 5000)


def test_running_out_of_stack_is_an_error_of_the_template():
    outer = sys.getrecursionlimit()
    sys.setrecursionlimit(len(inspect.stack(0)) + 150)
    try:
        with pytest.raises(TemplateError, match="the template is nested too deeply"):
            template.compile("#if(" + "(" * 30 + "1" + ")" * 31 + "#end")
    finally:
        sys.setrecursionlimit(outer)


def test_a_document_nested_beyond_reason_counts_as_no_json():
    assert rendered("$input.json('$')", "[" * 100_000) == '""'


def test_undefined_variables_print_their_source_and_null_ones_nothing():
    output = rendered("$foo ${foo.bar} $!foo $!{foo} #set($foo = $input.path('$.x'))[$foo$foo.bar]")
    assert output == "$foo ${foo.bar}   []"


def test_members_that_the_gateway_does_not_know_print_nothing():
    assert rendered("[$context.x.y$input.x$stageVariables.z$util.qr(1)$context$input$util]") == "[]"


@pytest.mark.parametrize(
    "text, places",
    [
        pytest.param('{"a": "$input.body"}', 1, id="the-article"),
        pytest.param("${input.body}$!input.body", 2, id="twice"),
        pytest.param("$input.params('a')$input.body", 1, id="beside-parameters"),
        pytest.param("$input.params('a')", 0, id="none"),
        pytest.param("#if($input.body)$input.body#end", 0, id="asked-about"),
        pytest.param("#set($b = $input.body)$input.body", 0, id="kept"),
        pytest.param("$input.body.length()", 0, id="measured"),
        pytest.param("$util.base64Decode($input.body)", 0, id="handed-on"),
        pytest.param("$input.json('$')$input.body", 0, id="read"),
        pytest.param("#set($i = $input)$i.body$input.body", 0, id="under-another-name"),
        pytest.param('#set($x = "$input.body")$x', 0, id="in-a-string"),
    ],
)
def test_a_template_that_only_writes_the_body_out_knows_where(text, places):
    assert template.compile(text).body_places == places


@given(
    st.lists(
        st.sampled_from(
            ["x", "é", "$input.body", "${input.body}", "$input.params('p')", "#set($a = 1)$a"]
        ),
        max_size=6,
    ),
    st.lists(st.text(alphabet="ab\0é", min_size=1, max_size=4), min_size=1, max_size=3),
    st.text(alphabet="b\0", max_size=8) | st.just(template.HERE),
)
def test_rendering_around_the_body_is_rendering_with_it(parts, body, parameter):
    made = template.compile("".join(parts))
    around = Input(template.HERE, querystring={"p": [parameter]})
    whole = Input("".join(body), querystring={"p": [parameter]})
    pieces = [piece.encode() for piece in body]
    size = sum(map(len, pieces))
    found = made.around(template.Scope(input=around), size)
    if made.body_places and found is not None:
        assert found.filled(pieces).decode() == made.render(template.Scope(input=whole))


def test_a_client_cannot_say_where_the_body_goes():
    made = template.compile("$input.params('p') $input.body")
    scope = template.Scope(input=Input(template.HERE, querystring={"p": [template.HERE]}))
    assert made.around(scope, 4) is None


def test_the_bound_of_the_output_counts_the_body():
    made = template.compile("$input.body", template.Bounds(output=10))
    scope = template.Scope(input=Input(template.HERE))
    assert made.around(scope, 10) == template.Around([b"", b""])
    assert made.around(scope, 11) is None


@pytest.mark.parametrize(
    "text, known",
    [
        ('{"image": "BODY"}', True),
        ('{"image": "data:image/png;base64,BODY", "width": 200}', True),
        ('["BODY", "BODY"]', True),
        ('{"BODY": 1}', True),
        ('"BODY"', True),
        ('{"image": BODY}', False),
        ("BODY", False),
        ('{"image": "BODY"', False),
        ('{"image": "\\BODY"}', False),
        ('{"image": "\\u12BODY"}', False),
        ('"a"BODY"b"', False),
        ('{"image": "BODY", "width": }', False),
    ],
)
@given(body=st.binary(min_size=1, max_size=12))
def test_what_is_json_around_a_body_is_json_with_any_base64(text, known, body):
    around = template.Around([part.encode() for part in text.split("BODY")])
    assert around.is_json() is known
    if known:
        json.loads(around.filled([base64.b64encode(body)]))


def test_a_small_template_is_compiled_once_whoever_has_it():
    assert template.compile("$input.body once") is template.compile("$input.body once")
    large = "x" * 5000
    assert template.compile(large) is not template.compile(large)


def test_bounds_are_of_the_template_that_was_given_them():
    scope = Scope(input=Input("1234567890"))
    with pytest.raises(TemplateError, match="more than 5 characters of output"):
        template.compile("$input.body", Bounds(output=5)).render(scope)
    assert template.compile("$input.body").render(scope) == "1234567890"
