"""The code that templates become: whose words are in it, and how much of it Python takes."""

import ast
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.core.mapping.rendering import rendered

from octetgate.core.mapping.vtl.compiler import write
from octetgate.core.mapping.vtl.errors import TemplateError
from octetgate.core.mapping.vtl.parser import parse
from octetgate.core.mapping.vtl.runtime import NAMESPACE

MEMBERS = {
    "bounds",
    "captured",
    "caught",
    "check",
    "get",
    "index",
    "iterations",
    "left",
    "loop",
} | {
    "output",
    "step",
    "steps",
    "work",
}
NAMES = set(NAMESPACE) | {"broken", "out", "render", "run", "variables"}
NUMBERED = re.compile(r"[a-z][0-9]+")

HOSTILE = (
    "$ ${ } $! $os $__import__ $__class__ $_ $exec $run $out $variables $v1 $k1 $t1 $a-b $None $str "
    ".os .system('x') .__class__ .__globals__['os'] .format($run) .mro() ['__class__'] [0] #set( "
    "#set($run= #set($str='x') #set($t1.x=1) #set($v1[0]=1) #if( #if($run) #elseif($t1) #else #end "
    "#foreach($run~in~$out) #foreach($str~in~[1..2]) #foreach($len~in~$t1) $foreach.index #end #end "
    "$foreach.__class__ #define($exec) #macro(import~$os) #macro(render~$run) #import($x) "
    "#render('a') #@render() #break #break($run) #stop ) ( ] , : = == && || + - * / % < \n \r \t \0 "
    "' \" ''' \"\"\" \\ \\\\ \\' \\\" \\n \\u0022 \\N{DIGIT_ONE} {run} %s ; #[[ ]]# ## \u2028 \u0085 é 😀 "
    '\'\n__import__("os")\' "$run\n" \'\\\' "\\" 1e999 -1e999 1e400 .5 007 1_000 0x10 1j true null '
    "1..2 [1..3] {1:2} __builtins__ import lambda: def~x():\n~return"
)
WORDS = [word.replace("~", " ") for word in HOSTILE.split(" ")]


def source(text: str) -> str:
    parsed = parse(text)
    return write(parsed.block, parsed.references).source


def strangers(text: str) -> set[str]:
    """Return the names in the code of a template that are not ours."""
    try:
        code = source(text)
    except TemplateError:
        return set()
    found = set()
    for node in ast.walk(ast.parse(code)):
        match node:
            case ast.Attribute(attr=member):
                found |= {member} - MEMBERS
            case ast.Name(id=name) | ast.FunctionDef(name=name) | ast.arg(arg=name):
                found |= set() if NUMBERED.fullmatch(name) else {name} - NAMES
            case ast.keyword() | ast.alias() | ast.Global() | ast.Nonlocal() | ast.Lambda():
                found.add(ast.dump(node))
    return found


@given(st.lists(st.sampled_from(WORDS) | st.text(max_size=3), max_size=20))
def test_no_word_of_a_template_is_a_name_in_its_code(words):
    assert strangers("".join(words)) == set()


@pytest.mark.parametrize(
    "text",
    [
        "$os.system('true')",
        "#set($__import__ = 'x')$__import__.__class__",
        '#set($x = "a\'\n\\"); import os; (""")$x',
        "#macro(render $run)$run#end#render('x')",
        "#set($x = [1e999, -1e999])$x",
        '"\'\'\'"""\\\n\0\u2028',
    ],
)
def test_what_looks_like_code_is_a_constant(text):
    assert strangers(text) == set()


def test_code_finds_nothing_of_python_but_what_it_was_given():
    assert NAMESPACE["__builtins__"] == {}


def test_numbers_beyond_a_double_are_infinite():
    assert rendered("#set($x = 1e999)#set($y = -1e999)$x $y $x.isInfinite()") == (
        "Infinity -Infinity true"
    )


def many(piece: str, head: str = "", tail: str = "") -> str:
    return head + piece * 700 + tail


@pytest.mark.parametrize(
    "text, output",
    [
        pytest.param(many("$n", "#set($n = 1)"), "1" * 700, id="references"),
        pytest.param(many("#elseif($n == 1)x", "#if($n)", "#{else}y#end"), "y", id="branches"),
        pytest.param(many(".n", "#set($n = {})[$n", "]"), "[]", id="members"),
        pytest.param(many(".toString()", "#set($n = 'x')$n"), "x", id="methods"),
        pytest.param(many("$n,", "#set($n = 1)#set($l = [", "1])$l.size()"), "701", id="list"),
        pytest.param(many("$n,", "#set($n = 1)[$n.x(", "1)]"), "[]", id="arguments"),
        pytest.param("#foreach($i in [1])" * 38 + "$i" + "#end" * 38, "1", id="loops-in-loops"),
        pytest.param(
            "#foreach($i in [1])" * 38 + "$i#break($foreach.parent)" + "#end" * 38,
            "1",
            id="loops-in-loops-that-break-each-other",
        ),
        pytest.param(
            "#foreach($i in [1, 2])#if($i == 2)" * 19 + "$i#break" + "#end#end" * 19,
            "2",
            id="loops-in-branches-in-loops",
        ),
        pytest.param(
            '#foreach($i in [1])#if($x == "#foreach($j in [1, 2])$j#end")' * 18 + "#end#end" * 18,
            "",
            id="loops-in-strings-in-loops",
        ),
        pytest.param(
            "#foreach($i in [1])#foreach($j in [1, 2])" + "#if(1)" * 20 + "$j#break" + "#end" * 22,
            "1",
            id="a-break-out-of-twenty-blocks",
        ),
        pytest.param("#if(" + "(1 && " * 38 + "1" + ")" * 38 + ")y#end", "y", id="parentheses"),
        pytest.param("#set($x = " + "[" * 38 + "]" * 38 + ")$x", "[" * 38 + "]" * 38, id="lists"),
        pytest.param("#set($x = " + "1 + " * 400 + "1)$x", "401", id="operators"),
    ],
)
def test_python_takes_whatever_a_template_may_have(text, output):
    assert rendered(text) == output


def test_more_operators_in_a_row_than_python_could_follow_are_refused():
    with pytest.raises(TemplateError, match="expected at most 400 operators in a row"):
        rendered("#set($x = " + "1 + " * 401 + "1)")


@pytest.mark.parametrize(
    "text, output",
    [
        ("#set($l = [3, 4])#foreach($i in $l)$foreach.index$foreach.count#end$!foreach", "0112"),
        ("#set($l = [3, 4])#foreach($i in $l)$foreach.first$foreach.last$foreach.hasNext#end",
         "truefalsetruefalsetruefalse"),
        ("#foreach($i in [1, 2])#foreach($j in [1, 2])$foreach.index#end$foreach.index#end", "010011"),
        ("#foreach($i in [1])#set($foreach = 'mine')$foreach.index$foreach#end", "mine"),
        ("#set($f = 1)#foreach($i in [1, 2])#set($f = $foreach)#end$f.index$f.count", "12"),
        ("$foreach.index#foreach($i in [1])$foreach.index#end", "$foreach.index0"),
        ('#set($x = 1)#if($x == "#set($x = 2)1")same#end$x', "same2"),
        ('#set($x = 1)#set($y = $x + "#set($x = 2)")$y$x', "12"),
        ('#foreach($i in [1, 2])#set($s = "$i#break")x#end', ""),
        ('a#set($s = "b#stop")c', "a"),
        ('$nope.x("#stop")b', '$nope.x("#stop")b'),
        ("#set($l = [])a$nope.x($l.add(1))$l.size()", "a$nope.x($l.add(1))0"),
        ("#set($m = {'k': 1})$m.k$m.k#set($m.k = 2)$m.k$!m.put('k', 3)$m.k", "11223"),
        ("#set($m = {'k': 1})#set($o = $m)$m.k#set($o['k'] = 2)$m.k#if($m.k == 2)$m.k#end", "122"),
        ("#foreach($m in [{'k': 1}, {'k': 2}])$m.k$m.k#end", "1122"),
        ("#set($m = {'k': 1})#foreach($i in [1, 2])$m.k#set($m.k = $m.k + 1)$m.k#end", "1223"),
    ],
)  # fmt: skip
def test_what_is_a_local_is_seen_as_a_variable(text, output):
    assert rendered(text) == output
