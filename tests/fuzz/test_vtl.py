import json
from contextlib import suppress

from hypothesis import given
from hypothesis import strategies as st
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
    with suppress(TemplateError):
        rendered = template.compile(text, SMALL).render(scope)
        assert len(rendered) <= SMALL.output
