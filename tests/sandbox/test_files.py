"""Files both ways: what people send, what the bot sends, downloads, limits, hostile names."""

import asyncio
import io
import json
from typing import Any

import pytest
from PIL import Image

from bot.sandbox.request import safe_name

from .driver import Driver
from .makers import packets, picture, recording, sound


async def download(driver: Driver, file_id: str) -> bytes:
    """As a bot does it: getFile, then the link."""
    told = await driver.api("getFile", file_id=file_id)
    answer = await driver.http.get(f"/file/bot{driver.token}/{told['file_path']}")
    assert answer.status_code == 200
    assert len(answer.content) == told["file_size"]
    return bytes(answer.content)


async def received(driver: Driver) -> dict[str, Any]:
    (update,) = await driver.updates()
    return dict(update["message"])


async def test_webm_from_a_browser_becomes_an_ogg_voice_note(driver: Driver, anna: int) -> None:
    webm = recording("webm", 2.8)
    answer = await driver.upload("voice", "blob", webm, "audio/webm;codecs=opus", from_=anna)
    assert answer.status_code == 200, answer.text
    voice = (await received(driver))["voice"]
    assert voice["mime_type"] == "audio/ogg"
    assert voice["duration"] == 3
    ogg = await download(driver, voice["file_id"])
    assert ogg.startswith(b"OggS")
    assert packets(ogg) == packets(webm)  # not encoded again
    assert abs(sound(ogg) - 2.8) < 0.05
    assert (await driver.show(f"chats/{anna}/messages"))["messages"][-1]["voice"] == voice


async def test_webm_without_opus_is_refused(driver: Driver, anna: int) -> None:
    for data in (b"\x1a\x45\xdf\xa3 no such thing", recording("matroska", 0.5, "flac")):
        answer = await driver.upload("voice", "a.webm", data, "audio/webm", from_=anna)
        assert answer.status_code == 400
        assert list(answer.json()) == ["error"]


@pytest.mark.parametrize(
    ("kind", "name", "mime", "container", "codec", "facts"),
    [
        ("voice", "note.oga", "audio/ogg", "ogg", "libopus", {"duration": 2}),
        ("audio", "песня.mp3", "audio/mpeg", "mp3", "libmp3lame", {"duration": 2, "file_name": "песня.mp3"}),
        ("document", "PTT.opus", "audio/ogg", "ogg", "libopus", {"file_name": "PTT.opus", "mime_type": "audio/ogg"}),
        ("video", "clip.mp4", "video/mp4", "mp4", "aac", {"duration": 2, "width": 240, "height": 240}),
        ("video_note", "round.mp4", "video/mp4", "mp4", "aac", {"duration": 2, "length": 240}),
    ],
)
async def test_recordings_are_measured(
    driver: Driver, anna: int, kind: str, name: str, mime: str, container: str, codec: str, facts: dict[str, Any]
) -> None:
    data = recording(container, 2.0, codec, video=kind.startswith("video"))
    answer = await driver.upload(kind, name, data, mime, from_=str(anna), caption="look")
    assert answer.status_code == 200, answer.text
    got = await received(driver)
    assert {key: got[kind].get(key) for key in facts} == facts
    assert got["caption"] == "look"
    assert await download(driver, got[kind]["file_id"]) == data
    back = await driver.api(f"send{kind.title().replace('_', '')}", chat_id=anna, **{kind: got[kind]["file_id"]})
    assert back[kind] == got[kind]


async def test_broken_recordings_still_arrive(driver: Driver, anna: int) -> None:
    for kind in ("voice", "audio", "video", "video_note", "document"):
        await driver.upload(kind, "x.bin", b"not media at all", "application/octet-stream", from_=anna, duration="7")
        got = await received(driver)
        assert got[kind].get("duration", 7) == 7


async def test_photo_sizes(driver: Driver, anna: int) -> None:
    answer = await driver.upload("photo", "p.png", picture(2000, 1000, mode="RGBA"), "image/png", from_=anna)
    assert answer.status_code == 200, answer.text
    sizes = (await received(driver))["photo"]
    assert [(s["width"], s["height"]) for s in sizes] == [(90, 45), (320, 160), (800, 400), (1280, 640)]
    for size in sizes:
        with Image.open(io.BytesIO(await download(driver, size["file_id"]))) as image:
            assert image.format == "JPEG"
            assert image.size == (size["width"], size["height"])
    again = await driver.api("sendPhoto", chat_id=anna, photo=sizes[0]["file_id"])
    assert again["photo"] == sizes


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"", "file must be non-empty"),
        (b"no picture", "IMAGE_PROCESS_FAILED"),
        (picture(3000, 20), "PHOTO_INVALID_DIMENSIONS"),
        (picture(9000, 1001), "PHOTO_INVALID_DIMENSIONS"),
        (picture(50, 50)[:60], "IMAGE_PROCESS_FAILED"),
    ],
)
async def test_pictures_that_are_refused(driver: Driver, anna: int, data: bytes, reason: str) -> None:
    sent = await driver.http.post(
        f"/bot{driver.token}/sendPhoto", data={"chat_id": anna}, files={"photo": ("p.png", data, "image/png")}
    )
    assert sent.json()["description"] == f"Bad Request: {reason}"
    assert (await driver.upload("photo", "p.png", data, "image/png", from_=anna)).status_code == 400


async def test_files_over_20_mb_cannot_be_fetched(driver: Driver, anna: int) -> None:
    big = b"x" * (20 * 1024 * 1024 + 1)
    await driver.upload("document", "big.bin", big, "application/octet-stream", from_=anna)
    document = (await received(driver))["document"]
    assert document["file_size"] == len(big)
    assert await driver.refused("getFile", file_id=document["file_id"]) == (400, "Bad Request: file is too big")


async def test_bodies_over_50_mb_are_refused(driver: Driver, anna: int) -> None:
    async def flood() -> Any:
        for _ in range(60):
            yield b"x" * 1024 * 1024

    answer = await driver.http.post(
        f"/bot{driver.token}/sendMessage", content=flood(), headers={"content-type": "application/json"}
    )
    assert answer.json()["error_code"] == 413
    host, port = driver.url.removeprefix("http://").split(":")
    reader, writer = await asyncio.open_connection(host, int(port))  # says it will send more than is allowed
    writer.write(f"POST /sandbox/messages HTTP/1.1\r\nHost: {host}:{port}\r\nContent-Length: 99999999\r\n\r\n".encode())
    assert b" 413 " in await reader.readline()
    writer.close()


async def test_attached_files_and_albums(driver: Driver, anna: int) -> None:
    async def post(method: str, data: dict[str, Any], **files: bytes) -> Any:
        parts = {name: (name + ".png", data, "image/png") for name, data in files.items()}
        answer = (await driver.http.post(f"/bot{driver.token}/{method}", data=data, files=parts)).json()
        assert answer["ok"], answer
        return answer["result"]

    media = [
        {"type": "photo", "media": "attach://a", "caption": "<b>one</b>", "parse_mode": "HTML"},
        {"type": "photo", "media": "attach://b"},
    ]
    album = await post(
        "sendMediaGroup", {"chat_id": anna, "media": json.dumps(media)}, a=picture(400, 300), b=picture(30, 40)
    )
    assert len({m["media_group_id"] for m in album}) == 1
    assert album[0]["caption_entities"] == [{"type": "bold", "offset": 0, "length": 3}]
    sent = await post("sendPhoto", {"chat_id": anna, "caption": "x"}, photo=picture(10, 10))
    edit = {"chat_id": anna, "message_id": sent["message_id"]}
    new = {"type": "document", "media": "attach://c", "caption": "y"}
    edited = await post("editMessageMedia", edit | {"media": json.dumps(new)}, c=picture(9, 9))
    assert edited["document"]["file_name"] == "c.png"
    assert edited["caption"] == "y"
    assert "photo" not in edited
    recaptioned = await post("editMessageCaption", edit | {"caption": ""})
    assert "caption" not in recaptioned
    assert await driver.refused("sendVoice", chat_id=anna, voice=edited["document"]["file_id"]) == (
        400,
        "Bad Request: can't use file of type Document as Voice",
    )


@pytest.mark.parametrize(
    ("raw", "safe"),
    [
        ("../../etc/passwd", "passwd"),
        ("C:\\x\\отчёт.pdf", "отчёт.pdf"),
        ("a\r\nb\x00.txt", "ab.txt"),
        ("..", "file"),
        ("", "file"),
        ("x" * 300 + ".pdf", "x" * 116 + ".pdf"),
        ('"><script>.html', "script.html"),
        ("exe\u202efdp.x", "exefdp.x"),
    ],
)
def test_names(raw: str, safe: str) -> None:
    assert safe_name(raw) == safe


async def test_paths_lead_nowhere_else(driver: Driver) -> None:
    for path in ("../token", "..%2f..%2ftoken", "%2e%2e/token", "voice/../../token", "state.json", ""):
        assert (await driver.http.get(f"/file/bot{driver.token}/{path}")).status_code == 404
    for path in ("../server.py", "%2e%2e/server.py", "..%2fserver.py", "server.py", "//etc/passwd"):
        assert (await driver.http.get(f"/{path}")).status_code == 404


async def test_files_for_the_page(driver: Driver, anna: int) -> None:
    """A recording plays in place; a document never opens as a page of this address."""
    await driver.upload("document", "evil.html", b"<script>alert(1)</script>", "text/html", from_=anna)
    evil = (await received(driver))["document"]["file_id"]
    answer = await driver.http.get(f"/sandbox/files/{evil}")
    assert answer.headers["content-type"] == "application/octet-stream"
    assert answer.headers["content-disposition"].startswith("attachment")
    assert "sandbox" in answer.headers["content-security-policy"]
    await driver.upload("voice", "v.oga", recording("ogg", 1), "audio/ogg", from_=anna)
    voice = (await received(driver))["voice"]["file_id"]
    answer = await driver.http.get(f"/sandbox/files/{voice}", headers={"range": "bytes=0-3"})
    assert (answer.status_code, answer.content) == (206, b"OggS")
    assert answer.headers["content-type"] == "audio/ogg"
    assert (await driver.http.get("/sandbox/files/nothing")).status_code == 404
