import pytest
from tests.core.mapping.rendering import rendered

from octetgate.core.mapping.vtl.errors import TemplateError

SET = "#set($s = 'text')#set($n = 7)#set($m = {'k': 'v', 'n': 1})#set($l = ['a', 'b'])"


@pytest.mark.parametrize(
    "text, output",
    [
        # references
        ("$s ${s} $!s $!{s}", "text text text text"),
        ("${s}s $s-s", "texts $s-s"),
        ("$m.k $m['k'] $m[\"k\"] $m.get('k') $m.missing|", "v v v v |"),
        ("$l[0] $l[1] $l[-1] $l[5]| $l['x']| $l[true]|", "a b b | | |"),
        ("$m.k.length() $m.missing.length()|$s.nothing()|$s.nothing", "1 ||"),
        ("$s. $s.5 $s..", "text. text.5 text.."),
        ("$ $$ $5 $. $! ${} $!{}", "$ $$ $5 $. $! ${} $!{}"),
        ("$l.empty $s.empty $m.empty|", "false false |"),
        # escapes
        ("\\$s \\\\$s \\\\\\$s \\$nope \\$!nope|", "$s \\text \\$s \\$nope \\$!nope|"),
        ("\\#set($x = 1) \\\\#if(true)y#end \\#nope", "#set($x = 1) \\y \\#nope"),
        # set
        ("#set($x = 1)$x #set( $x=2 )$x # set($x = 3)$x", "1 2 3"),
        ("#set($m.k = 'w')#set($m['new'] = 2)$m", "{k=w, n=1, new=2}"),
        ("#set($l[0] = 'z')$l", "[z, b]"),
        ("#set($s.x = 1)#set($nope.x = 1)#set($input.x = 1)$s $nope.x", "text $nope.x"),
        (
            "#set($a = -1)#set($b = 1.5)#set($c = 1e3)#set($d = true)$a $b $c $d",
            "-1 1.5 1000.0 true",
        ),
        ('#set($a = \'it\'\'s $s\')#set($b = "a ""$s"" b")$a|$b', 'it\'s $s|a "text" b'),
        ('#set($a = "$.a #if($n == 7)seven#end")$a', "$.a seven"),
        ("#set($a = [])#set($b = {})$a $b", "[] {}"),
        (
            "#set($a = [1..3])#set($b = [3..1])#set($c = [$n..8])#set($d = [$s..3])$a $b $c $d|",
            "[1, 2, 3] [3, 2, 1] [7, 8] |",
        ),
        # arithmetic
        ("#set($x = 7 / 2)$x #set($x = -7 / 2)$x #set($x = 7.0 / 2)$x", "3 -3 3.5"),
        ("#set($x = 7 % 3)$x #set($x = -7 % 3)$x #set($x = 7.5 % 2)$x", "1 -1 1.5"),
        ("#set($x = 1 + 2 * 3 - 4)$x #set($x = (1 + 2) * 3)$x", "3 9"),
        ("#set($x = 1 / 0)$x|#set($x = 1.5 % 0)$x|#set($x = $nope + 1)$x|", "|||"),
        ("#set($x = 'a' + 1)$x #set($x = 1 + 'a')$x", "a1 1a"),
        # if
        ("#if($n == 7)a#elseif($n == 8)b#{else}c#end", "a"),
        ("#if($n == 8)a#elseif($n == 7)b#{else}c#end", "b"),
        ("#if($n == 8)a#elseif($n == 9)b#else c#end", " c"),
        ("#if(false)a#end#if($nope)b#end#if('')c#end#if(0)d#end#{if}($l)e#{end}", "cde"),
        ("#if($n > 6 && $n < 8 and $n >= 7 || false)a#end", "a"),
        ("#if($n <= 6 or $n gt 7 or $n lt 7)a#{else}b#end", "b"),
        (
            "#if(!$nope && not $nope)a#end#if($n ne 8)b#end#if($n eq 7.0)c#end#if($n ge 7)d#end#if($n le 7)e#end",
            "abcde",
        ),
        ("#if($s < 3)a#end#if($nope < 3)b#end#if('a' < 'b')c#end", ""),
        ("#if($nope == $null)a#end#if($nope == '')b#end#if($l == '')c#end", "ab"),
        ("#if('7' == $n)a#end#if('true' == true)b#end#if($m == {'k': 'v', 'n': 1})c#end", "abc"),
        ("#iffy #if #end1 #else_x #{x #{9", "#iffy #if #end1 #else_x #{x #{9"),
        # foreach
        (
            "#foreach($e in $l)$e$foreach.index$foreach.count#if($foreach.first)f#end#if($foreach.last)l#end,#end",
            "a01f,b12l,",
        ),
        (
            "#foreach($e in $l)$velocityCount$velocityHasNext#end$!velocityCount$!foreach",
            "1true2false",
        ),
        (
            "#foreach($e in $l)$foreach.hasNext() $foreach.getIndex() $foreach.isLast() $foreach.nope|#end",
            "true 0 false |false 1 true |",
        ),
        (
            "#foreach($v in $m)$v#end #foreach($k in $m.keySet())$k#end #foreach($e in $m.entrySet())$e.key$e.value$e.getKey()$e#end",
            "v1 kn kvkk=vn1nn=1",
        ),
        (
            "#foreach($a in $l)#foreach($b in $l)$foreach.parent.index$foreach.topmost.count#end#end",
            "01011212",
        ),
        ("#foreach($a in $l)$foreach.topmost.count$!foreach.parent#end", "12"),
        ("#foreach($a in $l)#foreach($b in $l)$a$b#break#end.#end", "aa.ba."),
        ("#set($e = 'kept')#foreach($e in $l)$e#end$e", "abkept"),
        ("#foreach($x in $s)a#end#foreach($x in $nope)b#end#foreach($x in 3)c#end$!x", ""),
        ("#foreach($k in $context)$!k#end", ""),
        # define, macro
        (
            "#define($d)<$n>#end$d#set($n = 8)$d #if($d == '<8>')same#end $d.length()",
            "<7><8> same ",
        ),
        ("#macro(m $a $b)[$a|$!b]#end#m(1 2)#m($s)#m([1] {'k':2})", "[1|2][text|][[1]|{k=2}]"),
        ("#set($a = 'out')#macro(m $a)$a#set($leak = 1)#end#m('in')$a$leak", "inout1"),
        ("#m(1)#macro(m $a)<$a>#end", "<1>"),
        ("#macro(b)[$bodyContent]#end#@b()x#if(true)y#end#end #b|#bc", "[xy] [$bodyContent]|#bc"),
        ("#macro(down $i)$i#if($i > 0)#set($j = $i - 1)#down($j)#end#end#down(3)", "3210"),
        (
            "#if(true)#macro(inner)i#end#end#foreach($x in [1])#macro(loop)l#end#end#inner()#loop()",
            "il",
        ),
        ("#macro(o)$bodyContent#end#@o()#macro(n)n#end#end#n()", "n"),
        # by name, as in Velocity 1.7
        ("#macro(m $a)$a$a#end#set($q = [])#m($q.add(1))$q.size()", "truetrue2"),
        ("#macro(m $a)#set($s = 'new')$a#end#m($s)", "new"),
        ("#macro(m $a)#set($a = 'in')$a#end#m($s)$s$a", "intextin"),
        ("#set($a = 'out')#macro(m $a)$a#end#m()", "out"),
        ("#macro(m $a)#foreach($a in [1, 2])$a#end$a#end#m($s)$a", "12texttext"),
        ("#macro(m)1#end#macro(m)2#end#m()", "1"),
        (
            "#macro(m $a)$bodyContent#end#set($a = 'out')#@m('in')$a#end$bodyContent",
            "in$bodyContent",
        ),
        ("## #macro(no)x#end\n#no() #no", "#no() #no"),
        # blocks in themselves
        ("#define($d)a$d#end$d|", "aa$d|"),
        ("#define($d)x#end#set($e = $d)#define($d)y#end$e$d $d.length()|", "xy |"),
        # null and text
        ("#set($x = 'a' + $nope)$x #set($x = $m.no + 'a')$x", "a$nope $m.noa"),
        ("#set($x = 'a' + (1 / 0))$x", "a1 / 0"),
        # kinds of keys and numbers
        ("#set($x = {1: 'a', '1': 'b', true: 'c'})$x.get(1)$x['1']$x.get('1')$x[true]", "abbc"),
        ("#set($x = [1.0, .5, 5., -1, 1.5e2])$x", "[1.0, 0.5, 5.0, -1, 150.0]"),
        ("#if([1] == [1.0])a#else b#end#if({1: 2} == {1: 2})c#end#if([true] == [1])d#end", " bc"),
        ("#set($y = 9.9)#set($x = [$n..$y])$x", "[7, 8, 9]"),
        ('#set($x = "\\u00e9\\ud83d\\ude00\\ud800")$x', "é😀\ufffd"),
        # break and stop
        ("#foreach($a in $l)#foreach($b in $l)$b#break($foreach.parent)#end#end", "a"),
        ("#macro(m)a#break b#end#foreach($e in $l)#m()x#end", "axax"),
        ("#define($d)a#break b#end[$d]#stop('now')c", "[a]"),
        ("#macro(m)#foreach($e in $l)$e#break($foreach)#end|#end#m()", "a|"),
        (
            "#foreach($e in $l)#set($foreach.kept = $e)$foreach.kept$foreach#end",
            "a{kept=a}b{kept=b}",
        ),
        (
            "#foreach($e in $l)$foreach.put('x', 1)$foreach.get('x')$foreach.x$foreach.get(1)|#end",
            "11|111|",
        ),
        ("#foreach($e in $l)$foreach.index()#end", ""),
        # stop
        ("a#stop b", "a"),
        ("a#foreach($e in $l)$e#return#end b", "aa"),
        ("a#break b", "a"),
        # comments and text
        ("a## comment\nb #* x\ny *#c #[[$s #if #end]]#", "ab c $s #if #end"),
        ("a ## to the end", "a "),
        ('{"a": "##", "b": "#x", "c": 1} ## "d', '{"a": "##", "b": "#x", "c": 1} '),
        ("a # b #, test#${s}", "a # b #, test#text"),
        ("\n #set($x = 1) \n$x", "\n  \n1"),
    ],
)
def test_velocity(text, output):
    assert rendered(SET + text) == output


@pytest.mark.parametrize(
    "text, error",
    [
        (
            "a\n  $input.body.substring(9)",
            r"line 2, column 3: \$input.body.substring\(9\), method substring: expected 0 <= 9 <= 2 <= 2",
        ),
        ("$input.path(7)", "line 1, column 1: .*expected a JSON path in quotes"),
        ("$input.json('$.a b[')", "line 1, column 1: .*JSON path"),
        (
            "#set($l = [1])#set($l[7] = 1)",
            r"line 1, column 20: \$l\[7\]: expected an index below 1, found 7",
        ),
        ("$util.parseJson('{')", "line 1, column 1: .*expected a JSON document"),
        ("#foreach($e in [1])\n #break('x')#end", "expected a loop, as in #break"),
        ("#foreach($e in [1])\n #break($s)#end", "line 2, column 2: #break: expected a loop"),
        (
            "#set($l = [1, 2, 3])\n#foreach($e in $l)$l.remove(0)#end",
            "line 2, column 1: #foreach: expected 3 items to the end, found 2 during the loop",
        ),
        ("#set($x = [1, 2])$x.get(2)", "line 1, column 18: .*expected an index from 0 to 1"),
        ('#set($x = "#macro(m)x#end#m()")', "#m: expected a macro defined outside of strings"),
        (
            "#set($o = $context.requestOverride.header)\n#set($o.a = 1)#set($o.a = 2)",
            r"line 2, column 20: \$o.a: requestOverride.header.a is already overridden",
        ),
    ],
)
def test_a_value_that_refuses_is_an_error_with_its_place(text, error):
    with pytest.raises(TemplateError, match=error):
        rendered(text)
