"""Makes templates of everything that Velocity has, for a comparison with Velocity itself.

Where API Gateway is known to differ (see ``DIFFERENCES`` in the test) nothing is
made.  One difference is everywhere: Velocity swallows the blanks before a
``#set`` and the line end after a directive.  So directives come with marks that
become an empty comment for Velocity, which keeps blanks apart from directives,
and nothing for us.
"""

from random import Random

MARK = "\x01"

VARIABLES = {
    "s": "text",
    "w": "a,b;c d",
    "n": 7,
    "g": -3,
    "big": 2147483647,
    "f": 2.5,
    "t": True,
    "u": False,
    "z": None,
    "m": {"k": "v", "n": None, "deep": {"x": [1, 2], "k": "deep"}, "num": 1.0},
    # Nothing is ever put into this one, and so it may be looped over.
    "v": {"k": "v", "n": None, "list": [1], "num": 1.0},
    "l": ["a", 1, {"k": "z"}, None, 2.5, [True]],
    "e": [],
    "k": [3, 4],
}
_NAMES = {
    "str": ["s", "w"],
    "int": ["n", "g", "big"],
    "float": ["f"],
    "bool": ["t", "u"],
    "map": ["m", "m.deep"],
    "list": ["l", "k", "e", "m.deep.x"],
    "null": ["z", "nope", "m.n", "s.nope", "nope.x.y()"],
    "any": ["a", "b", "c", "i", "j", "h", "p", "l[0]", "l[-1]", "l[2].k"],
}
_STEPS = {
    "str": [
        (".length()", "int"),
        (".isEmpty()", "bool"),
        (".empty", "bool"),
        (".substring(1)", "str"),
        (".substring(0,2)", "str"),
        (".substring(99)", "str"),
        (".substring('1')", "null"),
        (".indexOf('t')", "int"),
        (".indexOf('t',1)", "int"),
        (".lastIndexOf('t')", "int"),
        (".contains('ex')", "bool"),
        (".contains($nope)", "bool"),
        (".contains(1)", "null"),
        (".startsWith('te')", "bool"),
        ('.endsWith("t")', "bool"),
        (".equals($s)", "bool"),
        (".equalsIgnoreCase('TEXT')", "bool"),
        (".compareTo('u')", "int"),
        (".toLowerCase()", "str"),
        (".toUpperCase()", "str"),
        (".trim()", "str"),
        (".replace('t','$x')", "str"),
        (".replaceAll('[a-z]','<$0>')", "str"),
        (".replaceAll('(','')", "str"),
        (".replaceFirst('e','E')", "str"),
        (".matches('t.*')", "bool"),
        (".split('[,;]').size()", "int"),
        (".split(',')[0]", "str"),
        (".split(';').get(0)", "str"),
        (".concat('!')", "str"),
        (".charAt(0)", "null"),
        (".charAt(99)", "null"),
        (".toString()", "str"),
        (".hashCode()", "int"),
        (".missing", "null"),
        (".missing()", "null"),
    ],
    "int": [
        (".toString()", "str"),
        (".hashCode()", "int"),
        (".equals(7)", "bool"),
        (".compareTo(3)", "int"),
        (".doubleValue()", "float"),
        (".intValue()", "int"),
        (".missing", "null"),
    ],
    "float": [
        (".toString()", "str"),
        (".intValue()", "int"),
        (".hashCode()", "int"),
        (".isNaN()", "bool"),
        (".compareTo(2.5)", "int"),
    ],
    "bool": [(".toString()", "str"), (".booleanValue()", "bool"), (".equals(true)", "bool")],
    "map": [
        (".k", "str"),
        ("['k']", "str"),
        ('["k"]', "str"),
        (".get('k')", "str"),
        (".get($w)", "null"),
        (".get(1)", "null"),
        (".deep", "map"),
        (".missing", "null"),
        (".size()", "int"),
        (".isEmpty()", "bool"),
        (".containsKey('k')", "bool"),
        (".containsValue('v')", "bool"),
        (".keySet()", "set"),
        (".values()", "set"),
        (".entrySet()", "set"),
        (".put('p',1)", "null"),
        (".put(\"q$n\",'q')", "null"),
        (".remove('p')", "null"),
        (".getOrDefault('nope','d')", "str"),
        (".toString()", "str"),
        (".hashCode()", "int"),
        (".toString().length()", "int"),
    ],
    "list": [
        (".size()", "int"),
        (".isEmpty()", "bool"),
        (".empty", "bool"),
        (".contains('a')", "bool"),
        (".contains($n)", "bool"),
        (".indexOf(1)", "int"),
        (".lastIndexOf(2)", "int"),
        (".add('new')", "bool"),
        (".add($n)", "bool"),
        (".get(99)", "null"),
        (".get('0')", "null"),
        (".addAll([1,'x'])", "bool"),
        (".containsAll([1])", "bool"),
        (".toString()", "str"),
        (".hashCode()", "int"),
        (".equals([3,4])", "bool"),
    ],
    "set": [
        (".size()", "int"),
        (".isEmpty()", "bool"),
        (".contains('k')", "bool"),
        (".toString()", "str"),
    ],
    "null": [(".x", "null"), (".x()", "null"), ("['x']", "null")],
    "any": [
        (".k", "any"),
        (".toString()", "str"),
        (".key", "any"),
        (".value", "any"),
        (".size()", "any"),
        (".length()", "any"),
        (".missing", "null"),
    ],
}
_TEXT = [
    " ", "\n", "\t", " a", " b c", ",", ".", "...", " (x)", " [y]", " {z}", '"', "'", "# ", "#1", "#fff ",
    "$ ", " $1", " $.x", "-", " _", ":", "é", "]]", "*# ", "%", "=", "!", "?", "\\a", "/", "<b>", "&amp;", ", ",
]  # fmt: skip
_STRINGS = [
    "'abc'", "'text'", "'it''s'", "'$s'", "'#if'", "'a\"b'", '"x"', '"a $s b"', '"${n}!"', '"<$!nope>"',
    '"$nope"', '"#if($t)y#end"', '"$m.k.length()"', '"a""b"', '"$f%"', '"\\u0041$s"', '"#foreach($q in $k)$q,#end"',
    "'7'", "'true'", "'2.5'", '"$"', '"#"', "'[a-z]+'", '"$s$s"',
]  # fmt: skip
_INTEGERS = [
    "0", "1", "2", "7", "-1", "-3", "5", "2147483647", "-2147483648", "9223372036854775807",
]  # fmt: skip
_FRACTIONS = ["1.5", "-0.25", "1e3", ".5", "100000000.0", "0.0", "3.0"]
_NUMBERS = _INTEGERS + _FRACTIONS
_LOOP = [
    "$foreach.index", "$foreach.count", "$foreach.hasNext", "$foreach.first", "$foreach.last", "$velocityCount",
    "$foreach.hasNext()", "${foreach.index}", "$!foreach.parent.index", "$foreach.topmost.count", "$foreach.nope",
    "$velocityHasNext", "$foreach.isFirst()", "$foreach.getIndex()",
]  # fmt: skip


class Template:
    """One template in the making; ``choose`` decides everything."""

    def __init__(self, choose: Random) -> None:
        self._choose = choose
        self._macros: dict[str, int] = {}
        self._in_macro = False
        self._loops = 0

    def text(self) -> str:
        parts = [self._macro(f"mac{i}") for i in range(self._choose.randint(0, 2))]
        parts += [self.node(0) for _ in range(self._choose.randint(1, 6))]
        # Velocity cannot read a $ or # at the very end.
        return "".join(parts) + "|"

    def _one_in(self, times: int) -> bool:
        return self._choose.randint(1, times) == 1

    def node(self, depth: int) -> str:
        kinds = ["text", "text", "show", "show", "show", "set", "set", "comment", "use", "loop"]
        if depth < 3:
            kinds += ["if", "if", "foreach", "foreach", "define"]
        if depth:
            kinds.append("stop")
        return getattr(self, "_" + self._choose.choice(kinds))(depth)

    def nodes(self, depth: int) -> str:
        return "".join(self.node(depth) for _ in range(self._choose.randint(0, 3)))

    # -- nodes

    def _text(self, _: int) -> str:
        return self._choose.choice(_TEXT)

    def _show(self, _: int) -> str:
        path = self.path()
        shape = self._choose.choice(["$%s", "$%s", "${%s}", "$!%s", "$!{%s}"])
        # What a backslash before a macro's argument prints is a known difference.
        escape = self._choose.choice(["\\", "\\\\", "\\\\\\"]) if self._one_in(12) else ""
        return ("" if self._in_macro else escape) + shape % path + self._text(0)

    def _loop(self, _: int) -> str:
        return self._choose.choice(_LOOP) + " "

    def _set(self, depth: int) -> str:
        target = self._choose.choice(["$a", "$b", "$c", "$a", "$m.new", "$m['set']", "$l[0]"])
        value = self.value(depth) if target in ("$a", "$b", "$c") else self.scalar()
        space = self._choose.choice(["", " "])
        return f"{MARK}#set({space}{target}{space}={space}{value}{space}){MARK}"

    def _if(self, depth: int) -> str:
        parts = [f"#if({self.condition(0)}){MARK}{self.nodes(depth + 1)}"]
        while self._one_in(3):
            parts.append(f"#elseif({self.condition(0)}){MARK}{self.nodes(depth + 1)}")
        if self._one_in(2):
            parts.append(self._choose.choice(["#else", "#{else}"]) + MARK + self.nodes(depth + 1))
        return "".join(parts) + self._end()

    def _foreach(self, depth: int) -> str:
        items = self._choose.choice(
            [
                self.path("list"),
                self.path("list"),
                "v",
                "v.keySet()",
                "v.entrySet()",
                "v.values()",
                "w.split(',')",
                self.path(),
                None,
                None,
            ]
        )
        if items and items.startswith("m.") and items.endswith(("Set()", "values()")):
            items = "v"
        source = f"${items}" if items else self._collection(depth)
        # A null item of a loop hides an inner loop's variable of the same name, by mistake.
        self._loops += 1
        name = f"$p{self._loops}" if self._in_macro else ["$i", "$j", "$h"][depth]
        body = self.nodes(depth + 1) + self._choose.choice([name, name, name + ".k", ""]) + " "
        if self._one_in(6):
            arguments = ["", "($foreach)", "($foreach.parent)"]
            argument = self._choose.choice(arguments[:2] if self._in_macro else arguments)
            body += f"#if({self.condition(0)}){MARK}#break{argument}{MARK}#end{MARK}"
        return f"#foreach({name} in {source}){MARK}{body}{self._loop(0)}{self._end()}"

    def _define(self, depth: int) -> str:
        return f"#define($d){MARK}{self.nodes(depth + 1)}{self._end()}$d $!d.x "

    def _use(self, depth: int) -> str:
        if not self._macros:
            return "#nosuchmacro() "
        name = self._choose.choice(sorted(self._macros))
        body = depth < 2 and self._one_in(4)
        # With a body, Velocity knows a parameter that was not given, and prints it as null.
        miscounted = not body and self._one_in(8)
        count = self._choose.randint(0, 3) if miscounted else self._macros[name]
        given = self._choose.choice([" ", ", "]).join(self.argument(depth) for _ in range(count))
        if body:
            return f"#@{name}({given}){MARK}{self.nodes(depth + 1)}{self._end()}"
        return f"#{name}({given}){MARK}"

    def _macro(self, name: str) -> str:
        parameters = ["$x", "$y"][: self._choose.randint(0, 2)]
        self._in_macro = True
        body = self.nodes(2)
        for parameter in parameters:
            body += self._choose.choice(
                [parameter, f"{parameter}.k ", f"#if({parameter}){MARK}y#end{MARK}"]
            )
            if self._one_in(4):
                body += f"{MARK}#set({parameter} = {self.scalar()}){MARK}{parameter} "
        body += self._choose.choice(["", "", "$!bodyContent", "[$bodyContent]"])
        self._in_macro = False
        self._macros[name] = len(parameters)
        return f"#macro({' '.join([name, *parameters])}){MARK}{body}{self._end()}"

    def _comment(self, _: int) -> str:
        return self._choose.choice(
            ["#* c $s #if *#", "#**#", " ## line\n", " ## $s #end\n", "#[[ $s #if ]]#", "#[[]]#"]
        )

    def _stop(self, _: int) -> str:
        # Velocity forgets to count down a macro's depth when a break ends the macro.
        if self._in_macro:
            return ""
        return f"#stop{MARK}." if self._one_in(12) else f"#break{MARK}." if self._one_in(6) else ""

    def _end(self) -> str:
        return self._choose.choice(["#end", "#end", "#{end}"]) + MARK

    # -- references and expressions

    def path(self, kind: str | None = None) -> str:
        """Return a reference without its dollar sign, most of the time one that makes sense."""
        start = kind or self._choose.choice(sorted(_NAMES))
        path = self._choose.choice(_NAMES[start])
        if kind:
            return path
        for _ in range(self._choose.choice([0, 0, 1, 1, 2])):
            steps = _STEPS[start]
            if self._one_in(15):
                steps = _STEPS[self._choose.choice(["str", "int", "float", "null"])]
            step, start = self._choose.choice(steps)
            path += step
        return path

    def scalar(self) -> str:
        return self._choose.choice(
            [
                self._choose.choice(_NUMBERS),
                self._choose.choice(_STRINGS),
                self._choose.choice(["true", "false"]),
                "$" + self.path("str"),
            ]
        )

    def argument(self, depth: int) -> str:
        """Return what a macro takes: no sums."""
        if self._one_in(4):
            return self._collection(depth)
        return self._choose.choice([self.scalar(), "$" + self.path(), "$!{" + self.path() + "}"])

    def _collection(self, depth: int) -> str:
        if self._one_in(2):
            ends = ["1", "3", "-1", "$n", "0", "$f", "$g"]
            return f"[{self._choose.choice(ends)}..{self._choose.choice(ends)}]"
        items = [self.scalar() for _ in range(self._choose.randint(0, 3))]
        if self._one_in(3):
            keys = ["'k'", '"k2"', "$s", "1", '"x$n"']
            return "{" + ", ".join(f"{self._choose.choice(keys)}: {item}" for item in items) + "}"
        if depth < 2 and self._one_in(4):
            items.append(self._collection(depth + 1))
        return "[" + self._choose.choice([", ", ","]).join(items) + "]"

    def value(self, depth: int) -> str:
        match self._choose.randint(0, 8):
            case 0 | 1:
                return self.scalar()
            case 2 | 3:
                return "$" + self.path()
            case 4:
                return self._collection(depth)
            case 5 | 6:
                return self.sum(0)
            case 7:
                return self.condition(1)
            case _:
                return '"' + self.nodes(3).replace('"', "'") + '"'

    def sum(self, depth: int) -> str:
        # Velocity adds huge integers to fractions in decimals, which we do not have.
        if depth == 0:
            self._fractions = self._one_in(2)
        left, right = self._term(depth), self._term(depth)
        sign = self._choose.choice("+-*/%")
        space = "" if sign in "*/%+" and self._one_in(4) and right[0] != "-" else " "
        return f"{left}{space}{sign}{space}{right}"

    def _term(self, depth: int) -> str:
        if depth < 2 and self._one_in(4):
            inner = self.sum(depth + 1)
            return f"({inner})" if self._one_in(2) else inner
        if self._one_in(3):
            kinds = [None] if self._fractions else ["int", "str", "bool", "null", "list"]
            return "$" + self.path(self._choose.choice(kinds))
        numbers = _FRACTIONS + _INTEGERS[:7] if self._fractions else _INTEGERS
        kinds = [self._choose.choice(numbers)] * 3 + [
            "$n",
            "$g",
            "$f" if self._fractions else "$big",
        ]
        return self._choose.choice([*kinds, self._choose.choice(_STRINGS)])

    def condition(self, depth: int) -> str:
        kinds = ["ref", "ref", "compare", "compare", "compare", "bool"]
        if depth < 2:
            kinds += ["not", "both", "group"]
        match self._choose.choice(kinds):
            case "ref":
                return "$" + self.path()
            case "bool":
                return self._choose.choice(["true", "false"])
            case "not":
                sign = self._choose.choice(["!", "not ", "! "])
                return f"{sign}{self._operand(depth)}"
            case "group":
                return f"({self.condition(depth + 1)})"
            case "both":
                sign = self._choose.choice([" && ", "&&", " || ", "||", " and ", " or "])
                return f"{self._operand(depth)}{sign}{self._operand(depth)}"
            case _:
                return self._comparison()

    def _operand(self, depth: int) -> str:
        if self._one_in(2):
            return "$" + self.path()
        return f"({self.condition(depth + 1)})"

    def _comparison(self) -> str:
        signs = ["==", "!=", "<", ">", "<=", ">=", " eq ", " ne ", " lt ", " gt ", " le ", " ge "]
        sign = self._choose.choice(signs)
        space = self._choose.choice(["", " "])
        left = "$" + self.path() if self._one_in(2) else self.scalar()
        right = "$" + self.path() if self._one_in(3) else self.scalar()
        return f"{left}{space}{sign}{space}{right}"
