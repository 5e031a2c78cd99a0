"""Cues of pressure in three languages, and what only sounds like one."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.voice.cues import MOST_READ, Cue, cues

M, C, U, N, S = Cue


@pytest.mark.parametrize(
    ("said", "found"),
    [
        ("Мам, переведи срочно тридцать тысяч на карту.", {M, U}),
        ("Скинь, пожалуйста, денег до завтра", {M}),
        ("Можешь одолжить пятьдесят тысяч тенге?", {M}),
        ("Вам придет код из СМС, продиктуйте его мне.", {C}),
        ("Назовите код, который вам пришел", {C}),
        ("Скажите номер карты и три цифры", {C}),
        ("Это мой новый номер, старый потерял", {N}),
        ("Я разбила телефон, пишу с чужого телефона", {N}),
        ("Никому не говорите об этом и не кладите трубку!", {S}),
        ("Это только между нами. Надо прямо сейчас", {S, U}),
        ("Апа, шұғыл ақша керек, картаға елу мың теңге аударып жіберіңіз", {M, U}),
        ("Апа, шұғыл ақша керек, ешкімге айтпаңыз.", {M, U, S}),
        ("Ақша жібермеңіз, бұл алаяқтар", set()),
        ("Маған қарызға бере тұршы", {M}),
        ("Телефоныңызға смс код келеді, соны айтыңызшы", {C}),
        ("Растау кодын жіберіңіз", {C}),
        ("Бұл менің жаңа нөмірім, телефонымды жоғалтып алдым", {N}),
        ("Ешкімге айтпаңыз, тез арада келіңіз", {S, U}),
        ("Тұтқаны қоймаңыз, уақыт жоқ", {S, U}),
        ("Please send me the money to this card right now.", {M, U}),
        ("I need some money, can you lend me two hundred dollars?", {M}),
        ("Read me the code from the text", {C}),
        ("You will get a verification code", {C}),
        ("This is my new number, I lost my phone", {N}),
        ("Don’t tell anyone, keep it a secret", {S}),
        ("Срочно скинь мне код, аудара салшы, please don't hang up", {C, U, S}),
        # Not cues.
        ("Привет, завтра ничего срочного, созвонимся вечером", set()),
        ("Переведи этот текст на казахский", set()),
        ("По статье кодекса это разрешено, скажите юристу", set()),
        ("Мы пишем программный код и отправим отчет", set()),
        ("Банк просит: никогда не сообщайте код из СМС", set()),
        ("Вышел новый номер журнала, пришли фото", set()),
        ("Деньги пришли, спасибо", set()),
        ("Он отправил письмо. Тысяч пять человек его прочли", set()),
        ("Еңбек кодексінде осылай жазылған", set()),
        ("Асықпаңыз, шұғыл емес", set()),
        ("Ақша туралы ертең сөйлесейік", set()),
        ("Кодты ешкімге айтпаңыз", set()),
        ("There is no hurry, it's not urgent", set()),
        ("What is the dress code, tell me", set()),
        ("Never share your password with strangers", set()),
        ("I sent the letter. Money is not everything", set()),
        ("We write the code of conduct together", set()),
        ("Бүгін ауа райы жақсы, кешке кездесеміз", set()),
        ("", set()),
    ],
)
def test_cues_are_told_from_what_only_sounds_like_them(said: str, found: set[Cue]) -> None:
    assert set(cues(said)) == found


@given(st.text(max_size=500))
def test_any_text_can_be_read_and_gives_each_cue_once(text: str) -> None:
    found = cues(text)
    assert len(found) == len(set(found))
    assert list(found) == sorted(found, key=list(Cue).index)


def test_a_long_text_is_read_quickly_and_only_so_far() -> None:
    assert cues("скажи " * MOST_READ) == ()
    assert cues("а " * MOST_READ + "срочно") == ()
    assert cues("переведи " + "мне и " * 500 + "денег") == ()
