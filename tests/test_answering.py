"""What the webhook's answer may say, and when it may not."""

from __future__ import annotations

from bot import answering


class Calls(list[str]):
    async def make(self) -> None:
        self.append("the first")


async def test_one_call_is_held_back_for_the_answer() -> None:
    calls = Calls()
    with answering.opened() as answer:
        assert answering.is_open()
        answering.hold({"method": "sendMessage"}, calls.make)
        assert not answering.is_open()
    assert answer.call == {"method": "sendMessage"}
    assert calls == []


async def test_what_is_held_back_goes_before_the_next_call() -> None:
    calls = Calls()
    with answering.opened() as answer:
        answering.hold({"method": "sendMessage"}, calls.make)
        await answering.let_go()
        calls.append("the second")
        await answering.let_go()
        assert answering.is_open()
    assert answer.call is None
    assert calls == ["the first", "the second"]


async def test_nothing_is_held_back_when_nobody_waits_for_an_answer() -> None:
    assert not answering.is_open()
    with answering.opened():
        pass
    assert not answering.is_open()
    await answering.let_go()
