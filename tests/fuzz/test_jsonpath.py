from contextlib import suppress

from hypothesis import given
from tests.fuzz.ends import an_end
from tests.fuzz.soup import json_documents, soup

from octetgate.core.mapping import jsonpath, jsontext
from octetgate.core.mapping.jsonpath import MISSING
from octetgate.core.mapping.path_text import PathError

WORDS = (
    "$ @ . .. * [ ] [*] [0] [-1] [1,0] [0:2] [:-1] [::2] ['a'] ['a','b'] [\"x\"] a b x length .a .b ..a "
    "..* .length() .size() .min() .max() .sum() .avg() .stddev() .keys() .concat( .append( ?( [?( )] "
    "(@.a) @.a $.a == != < > <= >= =~ && || ! in nin subsetof anyof noneof size empty contains "
    "/a.*/i /(a+)+/ 1 -1 2.5 1e999 'a' \"b\" true false null [1,2] ['a','b'] , : ( ) ' \" \\ \n"
)


@given(soup(WORDS), json_documents())
def test_a_path_finds_or_says_what_is_wrong(text, document):
    with an_end(), suppress(PathError):
        found = jsonpath.compile(text).find(document)
        assert found is MISSING or jsontext.dump(found)
