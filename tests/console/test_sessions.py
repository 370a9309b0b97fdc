from octetgate.console.sessions import Sessions


class Clock:
    def __init__(self):
        self.now = 1000.0

    def __call__(self):
        return self.now


def test_a_session_is_known_by_its_token_alone():
    sessions = Sessions()
    token = sessions.begin("OCTG1")
    assert sessions.holder(token) == "OCTG1"
    assert sessions.holder(token[:-1]) is None
    assert sessions.holder("") is None


def test_a_session_that_is_not_used_for_an_hour_is_over():
    clock = Clock()
    sessions = Sessions(clock)
    token = sessions.begin("OCTG1")
    clock.now += 3599
    assert sessions.holder(token) == "OCTG1"
    clock.now += 3600
    assert sessions.holder(token) is None


def test_a_session_is_over_after_twelve_hours_however_much_it_is_used():
    clock = Clock()
    sessions = Sessions(clock)
    token = sessions.begin("OCTG1")
    for _ in range(23):
        clock.now += 1800
        assert sessions.holder(token) == "OCTG1"
    clock.now += 1800
    assert sessions.holder(token) is None


def test_one_session_too_many_ends_the_one_that_was_idle_the_longest():
    clock = Clock()
    sessions = Sessions(clock, most=2)
    first, second = sessions.begin("OCTG1"), sessions.begin("OCTG2")
    clock.now += 10
    assert sessions.holder(first) == "OCTG1"
    third = sessions.begin("OCTG3")
    assert [sessions.holder(each) for each in (first, second, third)] == ["OCTG1", None, "OCTG3"]


def test_a_session_ends_when_its_visitor_says_so():
    sessions = Sessions()
    token = sessions.begin("OCTG1")
    sessions.end(token)
    assert sessions.holder(token) is None


def test_a_csrf_token_is_good_for_its_own_cookie_in_its_own_process():
    sessions = Sessions()
    one, other = sessions.new_token(), sessions.new_token()
    assert sessions.is_csrf(one, sessions.csrf(one))
    assert not sessions.is_csrf(other, sessions.csrf(one))
    assert not sessions.is_csrf(one, "")
    assert not Sessions().is_csrf(one, sessions.csrf(one))
