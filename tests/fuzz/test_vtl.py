import json
from contextlib import suppress

from hypothesis import given, settings
from hypothesis import strategies as st
from tests.fuzz.ends import an_end
from tests.fuzz.soup import json_documents, soup

from octetgate.core.mapping import template
from octetgate.core.mapping.context import Context
from octetgate.core.mapping.inputs import Input
from octetgate.core.mapping.template import Bounds, Scope, TemplateError

WORDS = (
    "$ $! ${ $a $!a ${a} $!{a} $b $a.b $a.b() $a[0] $input $input.body $input.json('$.a') "
    "$input.path('$.a') $input.path('$..*') $input.params() $input.params('a') $util "
    "$util.parseJson( $util.escapeJavaScript($a) $util.urlEncode($a) $util.urlDecode($a) "
    "$util.base64Encode($a) $util.base64Decode($a) $context $context.identity $stageVariables "
    "$context.requestOverride.header .put('a',1) $context.responseOverride.status $foreach "
    "$foreach.hasNext $foreach.parent $velocityCount $bodyContent # #set( #set($a= #set($b= #if( "
    "#if($a) #elseif( #else #{else} #end #{end} #foreach( #foreach($a_in_$b) "
    "#foreach($b_in_[1..3]) #define($a) #macro(m_$a) #m( #m($a) #@m($b) #@m() #break "
    "#break($foreach) #stop #return #evaluate #parse( #include( ## #* *# #[[ ]]# \\ \\\\ ( ) [ ] "
    "{ } , .. . : ' \" '' \"\" = == != < > <= >= && || ! and or not eq ne lt gt le ge + - * / % "
    'true false null 0 1 -1 7 2.5 1e3 999999999999 \'a\' "$a" "#if($a)" \n \t .size() .length() '
    ".get(0) .get('a') .keySet() .values() .entrySet() .add($a) .addAll($a) .remove(0) .substring(1) "
    ".split(',') .replaceAll('(a+)+','$1') .matches('.*') .indexOf('a') .toString() .hashCode() "
    ".equals($b) .contains($a) .isEmpty() .toUpperCase() .trim() .concat('a') .repeat(9) .class"
)
LARGE = Bounds(work=Bounds().work // 20, steps=Bounds().steps // 20)
SMALL = Bounds(output=5_000, iterations=20, steps=2_000, work=100_000)


@given(soup(WORDS), json_documents() | st.text(max_size=20))
def test_a_template_renders_or_says_where_it_is_wrong(text, body):
    scope = Scope(
        input=Input(
            body if isinstance(body, str) else json.dumps(body),
            path={"a": ["1"]},
            querystring={"a": ["1", "2"], "b": [""]},
            header={"A-b": ["x"]},
        ),
        context=Context({"identity": {"sourceIp": "10.0.0.1"}, "stage": "s", "error": None}),
        stage_variables={"a": "b"},
    )
    with an_end(), suppress(TemplateError):
        rendered = template.compile(text, SMALL).render(scope)
        assert len(rendered) <= SMALL.output


LOOPED = (
    "$s.matches( $s.replaceAll( $s.replaceFirst( $s.split( '(a?a?)*b' '(a|b)*?' '.*a.*(?=b)' '(x)*' 'a.*b|a' ',' "
    "'[ab]+' '' \"[$i]\" \"$i|$s\" ,'') ,'$0$0') ,'-') ,2) ) .length() .size() .concat($s) #if( #end #set($s= "
    '#set($t= ) $t "$s$s" #break'
)


@settings(max_examples=30)
@given(soup(LOOPED, 12), st.sampled_from(["a", "ab", "a,"]), st.integers(1, 5_000))
def test_whatever_is_looped_comes_to_its_end(text, unit, times):
    looped = f"#set($s=$input.body)#foreach($i in [1..1000])#foreach($j in [1..1000]){text}#end#end"
    with an_end(), suppress(TemplateError):
        template.compile(looped, LARGE).render(Scope(input=Input(unit * times)))
