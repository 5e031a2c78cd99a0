"""Slang and everyday words → the words cards are written with. Applied to questions only.

Each line: beginnings of what people write → what it also means, in the words of the cards. Folded, so scripts and
endings don't matter. The person's own words stay; these are added with less weight.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from bot.answers.fold import words

_TABLE: Final = """
видос видосик видюшк ролик → видео
инста инсту инсте инстик → instagram
фейсбук фб → facebook
телег тгк тгшн → telegram
ютюб ютуб утуб ютьюб → youtube
тиктак тикитак → tiktok
шортик шортс шорт → shorts
вконтакт вк vkontakte → vk
спер сперл спёр спизд стыр сворова слямз скоммунизд слиз stole steal → украли ұрлап көшіріп stolen copied
stolen swip ripoff ripped rip → украли ұрлап көшіріп stolen copied
тырит ворует воруют крадут → украли ұрлап stolen
перезал reupload repost перепост → перезалив украли stolen
көшіріп ұрлап ұрлады → украли көшіріп stolen
монетк монета monetk → монетизация
сабы сабов подписот подпищик subs → подписчики
клейм кляйм claim → заявка content id шағым
страйк strike → страйк предупреждение ескерту
забан снесл снес выпил заблоч снесен took → удалили заблокировали removed
реакт реакш → реакция reaction
мемас мемч мемик → мем meme
фришн халяв → бесплатно тегін free
юзат юзаю заюз → использовать
зали залит залива лить льют → выложить загрузить
бабк бабл бабос лавэ лаве → деньги доход
нейронк нейросет нейрос chatgpt чатгпт гпт midjourney миджорн stablediffusion sora veo → ии ai жи нейросеть
kandinsky → ии ai жи нейросеть
нейрожел жасанды → жи ai ии
фотк фотос пикч картинк image images picture pictures pic pics → фото сурет
озвучк voiceover озвучил → озвучка голос
кинчик мувик movie movies → фильм кино
тюрьм посад посод сяду сядешь jail prison түрме отырғыз → уголовная ответственность қылмыстық criminal
оскорб клевет врут вранье хейт хейтер оболг слух → клевета оскорбление ложная информация defamation жалған
insult slander libel defam lies lied жала ғайбат → клевета оскорбление ложная информация defamation жалған
қорла → клевета оскорбление ложная информация defamation жалған
спел спою спеть перепе орындап айтып → кавер cover исполнение ән
түсірі снима сниму filming → съёмка снимать түсіру film
прохож незнаком strangers passers бөтен → люди в кадре съёмка image адамдар
голливуд hollywood зарубеж иностр шетел foreign abroad overseas → зарубежный foreign шетел
препод училк учитель мұғалім teacher tutor репетит → обучение урок сабақ teaching
нарезк подборк compilation compilations мэшап → нарезка повторно используемый reused
летспл летсплей gameplay геймпле стрим ойын minecraft pubg майнкрафт пабг → игра геймплей game
пранк prank → пранк съёмка людей
бартер коллаб реклам спонсор sponsor sponsored paid жарнама → реклама маркировка жарнама
график частот часто регулярн жиі frequency often → расписание регулярно как часто кесте schedule
растор выйти выход медиасет партнерк mcn → договор сеть mcn
құсбелг галочк чекбокс checkbox tick → отметка белгі галочка
нотариус скрин скринш screenshot → доказательство скриншот дәлел
скольки → возраст
юрист адвокат lawyer заңгер → юрист помощь кеңес
самозанят самозан → самозанятый самозанятость
wbben бен → w-8ben
обложк превью превьюшк thumbnail thumb → превью обложка
сэмпл семпл sample сампл → сэмпл sample
бит биты beat beats → бит beat
шрифт font fonts → шрифт қаріп
тренд trending → тренд популярный звук
мультик мульт cartoon → фильм аниме
дубляж дублир dub dubbed озвуч перевод переведу translate аудар → перевод дубляж аударма
"""


def _table() -> dict[str, tuple[str, ...]]:
    known: dict[str, tuple[str, ...]] = {}
    for line in _TABLE.strip().splitlines():
        said, meant = line.split("→")
        for start in words(said):
            known[start] = (*known.get(start, ()), *words(meant))
    return known


_KNOWN: Final = _table()
_LONGEST: Final = max(map(len, _KNOWN))


def meanings(found: Iterable[str]) -> list[str]:
    """The words of the cards that folded words of a question also mean, each once; not the words themselves."""
    asked = list(found)
    added: dict[str, None] = {}
    for word in asked:
        for size in range(min(len(word), _LONGEST), 2, -1):
            if meant := _KNOWN.get(word[:size]):
                added.update(dict.fromkeys(meant))
                break
    return [word for word in added if word not in asked]
