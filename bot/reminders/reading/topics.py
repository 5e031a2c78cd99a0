"""Beginnings of words that videos and posts are about: harmless beside a schedule, whatever their endings.

They are known so that none of them is taken for a slip of a schedule's word (`спорт` is no `шортс`, `дневник` no
`дневной`), and so that a phrase with several of them is still a plan.
"""

from __future__ import annotations

from bot.reminders.reading.lexicon import CASE_ENDINGS
from bot.spelling import key

_RU = """
авто анализ анекдот аниме анонс аромат архитектур астролог баскетбол бизнес биржа биткоин блогинг болталк букет
бьюти ведущ велосипед вещи вкус воспитан вопрос ответ впечатлен встреч выпечк вяза гайд гаджет геймплей гитар готовк
гостей гость дача девочк декор дети детск детям диет дизайн дневник дом домаш дорама достижен дорог драк душ еда еду
женск животн завтрак закул закупк запуск здоров зарисов игр идея идеи иллюстрац инвест инстру интерьер истор итог
йога каверы кавер карьер квартир кейс кино клиент книг коллаб команд комедия комик конкурс концерт косметик кофе
красот крипт куклы кулинар курс кухн лайв лайфстайл лайфхак лекци личн логотип любим любов макет макияж мама малыш
мангал маникюр маркетинг массаж мастер математик мебел медитац меню мечт мнени мода модн молитв мотивац мотоцикл
мысл мышлен наборы навык напитк наука научн недвижимост новинк новост образ обучен одежд озвучк онлайн опрос оригам
остров отзыв отчет офлайн пароди пенсия перевод персонаж песн пироги питани пить плейлист подарк подборк поделк
поездк познавательн покупк политик помощ посев поэз правил практик презентац премьер прикол приготовлен примерк
природ приключен прогноз прогулк продаж продукт прожарк прохожден психолог птиц путешеств работ развит разговор
раскра распаковк рассказ растен реакци ребен рекоменд реклам ремонт ретро рисов рисун розыгрыш романтик рукодел
рыбалк сад салат сериал семь сказк скетч скидк слайд слов смех смешн снэк соба собеседован советы спорт стандап
стартап стих стил студи сценари счаст танц творч театр текст тест техник технолог товар торт трансформац тренд
тренинг тренир туризм туту убор угад украшен упражнен урок успех утк учеб уют факт фантаст физик филос фильм финанс
фит фокус фото фразы футбол хаки химия хобби холод хрон цвет цен цитат чай челлендж шахмат шашлык школ шопинг шутк
щенк экономик экскурси эксперимент экзамен эстет этикет юмор вода воды воду водой прожект пранк лонгрид дискусс
дебат блиц бэкстейдж закадр ведени партнер партнёр спонсор бренд мерч коллекци кулинария рецензи анбоксинг стендап
мульт аудиокниг караоке акусти бит биты ремикс
"""
_KK = """
айтыс асхана аспаз ән әдеби әдемі әзіл әлем әлеует әлеумет әсер бала балалар бизнес білім биология букет бұйым
викторина ғылым дастархан дене денсаулық дін дизайн домбыра дүкен елорда емле ер есеп жаттығ жеке жемқор жылқы жыр
зат зерт интернет инвест инстру итог йога қазақша қалам қаржы қолөнер қонақ қосық қыз қызмет кино киім кітап көңіл
көркем көш куйеу күй күлкі күнделік ғашық лайфхак мақал маркетинг математик махаббат мейрам мектеп мода мотивац
мультфильм мүмкіндік намаз нан насихат нота ойын ойлау ойыншық оқиға оқу отбас өлең өмір өнер өсиет пайда пікір
продукт психолог реакц сақта салт сапар саяхат сән сәндік сауал сауда скетч спорт студия сұлулық сұрақ суші сурет
сұхбат тағам талап тамақ табиғат тарих таныстыр тақпақ тағылым терең техник технолог тігін тіл той топтама туризм
туынды ұлт ұтыс ұйқы физик футбол фильм хикая химия хит цитат челлендж шай шахмат шеберлік шебер шежіре шоу шолу
шығармашыл экономик эксперимент ішу ішуді су суды юмор клиптер жауап үй тойбастар концерт сахна мысық күшік күнтізбе
шығарма аударма баяндама сауалнама тапсырма шырша ертегі қорытынды ойлар ойларым қала ауыл көлік ұшақ жеміс үстел
орындық төсек аяқкиім сақина күміс аспан ешкі балық
арыстан түлкі жүзу жарыс жеңіліс мәдениет көрме сыйлық ырым шетел жетістік сәттілік қиындық сабыр мейірім немере
жаңашыл сырлар қателік қателер мысал жұмбақ нақыл дәрумен ескілік
"""
_EN = """
tragedy remedy melody tshirts
advent animal anime art asmr author baby backstage baking basketball bbq beach beats beauty behind bike birthday
blogger book brand budget build business cake camping car card career cartoon cat challenge chat chess child clean
climate coach code coding coffee collab collection color comedy commentary community concert conversation cook
cosmetic couple course cover craft crypto culture customer cute dance danc dating deal debate decor demo design
diary diet discount discussion doctor documentary dog drawing dream drink drone eat econom edit educat energy
english entertain essay event exam experiment explainer fact family fan fantasy farm fashion festival film finance
fish fit flower food football fun funny gadget gaming gameplay game garden gear giveaway goal grammar grocery grow
guest guide guitar habit hair hack haul health history hobby home house idea illustrat improv insight inspir
interior invest joke journal journey karaoke kid kitchen knit language laugh leader learn lecture lego life
lifestyle listen literature love magic makeup marketing math meal meditation memory mental mindset minecraft money
motivation movie museum music nail nature novel nutrition opinion organ outfit paint painting parenting parody party
pasta pet photo physics piano picture pizza plant play podcasting poem poet poll portfolio prank pregnan premiere
preview product project promo psycholog puzzle quiz quote reaction read recap recipe recommend relation remix
restaurant results roast robot routine run sale sales scene science self sell shopping skill skin sketch soccer song
space speak speech sport startup stock storytelling street student studio study style sustainab swim talk teach team
tech technolog tennis test theory thought thoughts tool toy trailer transform travel trend trip trivia tutorial
unboxing unbox vegan walk moms dads kids parents women girls boys teens students beginners ladies men water wedding
win winner wisdom word words workshop write yoga
"""


def _keys(table: str) -> frozenset[str]:
    return frozenset(key(word) for word in table.split())


_CYRILLIC = _keys(_RU) | _keys(_KK)
_LATIN = _keys(_EN) | frozenset(word for word in _CYRILLIC if len(word) >= 6)
_LONGEST = max(map(len, _CYRILLIC | _LATIN))


# After a short beginning only these: with any letters at all it would begin too many slips (`сән`, `санбі`).
_SHORT = "a u e i o oi om ov am ah ami iu ia ei ev em ie ii s es ing er"
_ENDINGS = frozenset(_SHORT.split()) | set(CASE_ENDINGS)


# Endings of verbs: what begins as a topic and ends so says what happens (`работает`), not what a post is about.
_VERBS = (
    *("aet", "iaet", "uet", "aut", "aiut", "iaiut", "uiut", "ali", "ala", "ili", "ila", "ilsia", "alsia", "tsia"),
    *("esh", "ish", "imsia", "emsia", "idi", "adi", "edi", "ganbiz", "tinbiz", "tinmin"),
    *("aimin", "eimin", "amin", "emin", "aimiz", "eimiz", "amiz", "emiz", "masin", "mesin", "madim", "medim"),
)


def is_topic(word: str, cyrillic: bool) -> bool:
    """Whether an unknown word, by key, is a word of a topic, or begins as a long one does."""
    topics = _CYRILLIC if cyrillic else _LATIN
    if word in topics:
        return True
    for size in range(3, min(len(word), _LONGEST + 1)):
        ending = word[size:]
        if ending.endswith(_VERBS):
            continue
        if word[:size] in topics and (ending in _ENDINGS or (size >= 5 and len(ending) <= size)):
            return True
    return False
