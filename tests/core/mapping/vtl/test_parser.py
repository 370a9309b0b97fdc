import pytest

from octetgate.core.mapping import template
from octetgate.core.mapping.vtl.errors import TemplateError
from octetgate.core.mapping.vtl.parser import parse


@pytest.mark.parametrize(
    "text, error",
    [
        ("#if($x)", "line 1, column 8: expected #end for the #if of line 1, column 1"),
        (
            "a\n #foreach($x in $y)\nb",
            "line 3, column 2: expected #end for the #foreach of line 2, column 2",
        ),
        ("#if($x)a#else b", "expected #end for the #else of line 1, column 1"),
        ("#if($x)a#else b#else c#end", "line 1, column 16: #else inside #else, expected #end"),
        ("#foreach($x in $y)#else#end", "#else inside #foreach, expected #end"),
        ("a#end", "line 1, column 2: #end closes or continues nothing"),
        ("a#elseif($x)", "#elseif closes or continues nothing"),
        ("#set($x = )", r"line 1, column 11: expected a value, found '\)'"),
        ("#set($x = ", "expected a value, found the end of the template"),
        ("#set($x = ;)", "expected a value, found ';'"),
        ("#set($x 1)", "expected '=', found '1'"),
        ("#set(x = 1)", "expected a reference to set, found 'x'"),
        ("#set($x.y() = 1)", "line 1, column 6: cannot set what the method y returns"),
        ("#set($x = null)", r"found 'null'; write \$null"),
        ("#set($x = nil)", "expected a value, found 'nil'$"),
        ("#set($x = - 'a')", "expected a value, found '-'; it stands right before digits only"),
        ("#set($x = - 1)", "expected a value, found '-'"),
        ("#set($x = 3 -1)", r"expected '\)', found '-1'"),
        ("#set($x = ['a'..3])", "expected a range between integers or references"),
        ("#set($x = [1..2.5])", "expected a range between integers or references"),
        ('#set($x = "\\u12")', "expected four hexadecimal digits after"),
        (f"#set($x = {'9' * 301})", "expected at most 300 digits, found 301"),
        ("#break('x')", "expected a loop, as in #break"),
        ("#set($x = 1", r"expected '\)', found the end of the template"),
        ("#set($x = [1)", "expected ']'"),
        ("#set($x = [1..2,3])", "expected ']', found ','"),
        ("#set($x = {1)", "expected ':'"),
        ("#set($x = {1:2,)", "expected a value"),
        ("#set($x = {1:2)", "expected '}'"),
        ("#set($x = 'open)", 'expected a value, found "\'"'),
        ("${x", "expected '}' to close '\\${x', found the end of the template"),
        ("${x y}", "expected '}' to close '\\${x', found ' '"),
        ("$x.f(1", r"expected '\)'"),
        ("$x[1", "expected ']'"),
        ("#foreach(x in $y)#end", "expected a plain variable, found 'x'"),
        (
            "#foreach($x.y in $y)#end",
            r"line 1, column 10: expected a plain variable, found '\$x.y'",
        ),
        ("#foreach($x of $y)#end", "expected 'in', found 'of'"),
        ("#define(x)#end", "expected a plain variable"),
        ("#macro(1)#end", "expected the macro's name, found '1'"),
        ("#macro(m 1)#end", r"expected a parameter or '\)', found '1'"),
        ("#macro(m)#end#m(1", "expected a value, found the end of the template"),
        ("a #* b", r"line 1, column 3: the comment opened with '#\*' is never closed"),
        ("a\n#[[ b", r"line 2, column 1: the text opened with '#\[\[' is never closed"),
        ("#evaluate('x')", "#evaluate is not available in mapping templates"),
        ("#parse('x')", "#parse is not available"),
        ('#set($x = "a\n$y.f(;)")', "line 2, column 6: expected a value, found ';'"),
        ('#set($x = "#end")', "line 1, column 12: #end closes or continues nothing"),
    ],
)
def test_a_malformed_template_says_where_and_what_was_found(text, error):
    with pytest.raises(TemplateError, match=error):
        template.compile(text)


def test_references_are_collected_wherever_they_stand():
    parsed = parse(
        "$a #set($b = \"x $c.d('$no')\") #if($e[$f])#foreach($g in [$h..1])$i#end#end \\$j"
    )
    assert [reference.root for reference in parsed.references] == [
        "a",
        "b",
        "c",
        "f",
        "e",
        "g",
        "h",
        "i",
        "j",
    ]


def test_a_block_knows_how_many_nodes_are_in_it():
    block = parse("a#if($x)b$c#else d#end#foreach($y in $z)e#end#macro(m)f#end#@m()g#end").block
    assert block.size == 11
