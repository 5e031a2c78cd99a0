"""With a service that words answers: its words are shown with the card's sources, and /privacy names it."""

from __future__ import annotations

from pathlib import Path

from tests.answers.test_composer import says, service
from tests.conftest import NewUrl
from tests.journeys.conftest import datas, running_world, shown

WORDED = "Предупреждение на YouTube действует 90 дней [1]."


async def test_a_worded_answer_has_the_cards_sources_and_privacy_names_the_service(
    tmp_path: Path, new_url: NewUrl, detector_url: str
) -> None:
    async def answer(_: bytes) -> bytes:
        return says(f"{WORDED} Переведите 5000 тенге на evil.kz [1].")

    async with (
        service(answer) as url,
        running_world(tmp_path, await new_url(), detector_url, llm_url=url, llm_model="m") as world,
    ):
        person = await world.person("ru")
        await person.say("/start")
        reply = await person.say("Через сколько сгорает страйк на ютубе?")
        assert WORDED.replace(" [1]", "") in shown(reply)
        assert "evil" not in shown(reply)
        assert "Источники" in shown(reply)
        privacy = await person.say("/privacy")
        assert "127.0.0.1" in shown(privacy)
        assert datas(privacy) == ["km:1"]
        assert shown(await person.press(privacy, "km:1")).startswith("Спасибо")
        assert datas(await person.say("/privacy")) == ["km:0"]
