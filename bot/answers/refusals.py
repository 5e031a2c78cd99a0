"""Requests to evade rules or to harm somebody: these are declined, questions about them are not.

"Как обойти Content ID" is declined; "какой штраф за обход", "is it legal to film people secretly" and "somebody
sent me a fake strike" are questions like any other. A rule is a set of ideas that must all be in the message; ideas
are word beginnings and phrases, folded, so endings, scripts and single typos in long words do not matter.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache, lru_cache
from typing import Final

from bot.answers.fold import words

_FUZZY_FROM: Final = 7
"""Shortest word beginning, in letters, in which one wrong, missing, added or swapped letter is forgiven."""


def _idea(text: str) -> re.Pattern[str]:
    """From a comma-separated list: `word` is a beginning, `=word` a whole word, `two words` a phrase of beginnings.

    The pattern is searched in a message's folded words, each with a space before it and one at the end.
    """
    options = []
    for item in (part.strip() for part in text.replace("\n", " ").split(",")):
        parts = words(item.removeprefix("="))
        if parts and item.startswith("="):
            options.append(parts[0] + "(?= )")
        elif parts:
            options.append(r"[a-z0-9]* ".join(parts))
            _LONG_WORDS.update(part for part in parts if len(part) >= _FUZZY_FROM)
    return re.compile(" (?:" + "|".join(options) + ")")


_LONG_WORDS: Final[set[str]] = set()


def _repaired(found: Sequence[str]) -> list[str]:
    """The words, those that are one slip away from the beginning of a word we know put right."""
    return [_repair(word) for word in found]


@lru_cache(maxsize=20_000)
def _repair(word: str) -> str:
    near = _long_words().get(word[:3], ()) if len(word) >= _FUZZY_FROM - 1 else ()
    if any(word.startswith(stem) for stem in near):
        return word
    return next((stem for stem in near if _one_slip(word, stem)), word)


@cache
def _long_words() -> dict[str, tuple[str, ...]]:
    """The long beginnings by their first three letters, which must be right."""
    by_start: dict[str, tuple[str, ...]] = {}
    for stem in sorted(_LONG_WORDS):
        by_start[stem[:3]] = (*by_start.get(stem[:3], ()), stem)
    return by_start


def _one_slip(word: str, stem: str) -> bool:
    """Whether the word begins with the stem but for one letter wrong, missing, added or swapped with the next."""
    pairs = zip(word, stem, strict=False)
    same = next((at for at, (a, b) in enumerate(pairs) if a != b), min(len(word), len(stem)))
    rest, wanted = word[same:], stem[same:]
    return (
        rest[1:].startswith(wanted[1:])
        or rest.startswith(wanted[1:])
        or rest[1:].startswith(wanted)
        or (rest[:2] == wanted[1::-1] and rest[2:].startswith(wanted[2:]))
    )


# --- ideas: what is wanted -------------------------------------------------------------------------------------

_HOW = _idea(
    """как, қалай, калай, =how, способ, =жолы, жолын, жолдар, әдіс, тәсіл, лайфхак, lifehack, помоги, помогите,
    научи, үйрет, көмектес, айтшы, айтыңызшы, подскаж, посовету, кеңес, =ways, =way, =trick, =tricks, =tips, teach,
    help me, =хочу, хочется, надо, нужно, керек, =want, i need, i wanna, =где, where can, where do, қайдан, қай жерден,
    программ, сервис, =app, =tool, =tools, software, бағдарлама, =сайт, какой камер, qalay, =дай, скинь, сделай,
    жасап бер, make me, give me, напиши, жазып бер, =write, =show, покажи, көрсет, можешь, could you, can you, how2,
    какую, какая, қандай, which, what is the best, =best"""
)
_EVADE = _idea(
    """обойти, обойд, обход, обхож, обману, обмани, обманыв, обдур, обхитр, перехитр, наебат, наебн, айналып өт,
    айналып кет, алдап, алдау, алдай, алдаймын, bypass, circumvent, evade, evading, evasion, trick, =fool, fooling,
    =dodge, dodging, outsmart, =cheat, =beat, get around, getting around, get past, getting past, slip past, slip by,
    sneak past, work around, defeat, избежать обнаруж, avoid detection, avoid content, avoiding detection"""
)
_GUARDIAN = _idea(
    """content id, контент ид, контент айди, контентайди, contentid, контентид, клейм, claim, страйк, strike,
    алгоритм, algorithm, детект, detect, фильтр, filter, проверк, moderat, модерац, copyright, копирайт, авторск,
    авторлық, copyright match, монетиз, monetiz, monetis, маркировк, =ban, =бан, =бана, блокиров, бұғат, верификац,
    verification, anti piracy, антиплагиат, антипират, =аі, правил, ереже, =rules, систем, youtube, ютуб, tiktok,
    тикток, instagram, инстаграм, telegram, drm, =drm, paywall, защит, қорғаныс, protection, likeness, возраст, =age,
    =жас, жас шекте, жасты, жасын, ограничен, шектеу, restriction, =ai, =ии, =жи, =mcn, =налог, налогов, салық, =tax"""
)
_UNSEEN = _idea(
    """чтобы никто не, чтоб никто не, чтобы автор не узн, чтобы правообладатель не, чтобы он не узн, чтобы она не узн,
    чтобы они не узн, чтобы не узна, чтоб не узна, чтобы не замет, чтоб не замет, чтобы не спали, чтоб не спали,
    чтобы не пали, чтобы не поня, чтобы не наш, чтоб не наш, чтобы не опозна, чтобы не распозна, чтоб не распозна,
    чтобы не увид, чтобы не определ, не распознал, не распознав, не распознае, не определил, не определя, не заметил,
    не замечал, не нашел, не нашёл, не находил, не обнаруж, не засек, не засёк, не вычисл, не поймал, не поймали,
    не спалил, не спалили, не палил, не детект, не увидел, не опознал, не узнал, не узнали, не узнала, не понял,
    не словил, без палева, незаметно, байқамай, байқатпай, сезбей, сездірмей, білмейтіндей, білмей қал, білмес үшін,
    білмеу үшін, білмесін, білмеуі, байқамас, байқамасын, байқамайтын, байқамауы, танымайтын, танымас, танымасын,
    танымауы, таппайтын, таппас, таппасын, таппауы, көрмейтін, көрмес, көрмесін, анықтай алма, анықтамас, ұсталмай,
    ұстамайтын, ұстап алмас, ұстамас, undetect, unnoticed, without getting caught, without being caught,
    without being detect, without being notic, not get caught, dont get caught, never get caught, wont get caught,
    get away with, doesnt detect, does not detect, wont detect, cant detect, cannot detect, not detect, doesnt notice,
    wont notice, not notice, doesnt catch, wont catch, cant catch, not catch, doesnt recogni, wont recogni,
    cant recogni, not recogni, doesnt find, wont find, not find out, doesnt know, wont know, dont know, doesnt see,
    nobody notic, no one notic, nobody know, no one know, without anyone know, cant tell, wont tell, doesnt flag,
    wont flag, not flag, escape"""
)
_WORKS = _idea(
    """музык, песн, трек, =ән, =әнді, =әнін, әнге, музыка, song, music, track, фильм, кино, сериал, movie, film,
    видео, ролик, video, clip, клип, контент, content, фото, сурет, photo, picture, картин, курс, course, =бит, =beat,
    серии, series, аниме, anime, матч, футбол, football, передач, книг, кітап, book"""
)
_ALTER = _idea(
    """питч, pitch, тональн, ускор, замедл, speed, скорост, жылдамдат, баяулат, жылдамдығ, отзеркал, зеркал, mirror,
    айналдыр, flip, перевер, =шум, шумы, шуыл, noise, =рамк, рамку, border, reverb, crop, кадриров, дауысын өзгерт"""
)
_STRANGERS = _idea(
    """чуж, біреудің, басқаның, басқа блогер, someone else, somebody else, other people, others, stolen, украд, спизж,
    спиздит, ұрлан, бөтен, другого блогера, других, from other, copied, чей-то"""
)
_UNIQUE = _idea("""уникализ, уникалит, uniquali, make it unique, сделать уникальн, уникальдандыр, uniqueiz""")

_HIDE = _idea(
    """скрыть, скрыва, скрыт, спрят, прятат, завуалир, замаскир, маскир, утаить, утаив, умолч, жасыр, жасырып,
    =hide, hiding, conceal, disguise, mask, undisclos, не помеч, не маркир, не указыв, не пометк, без пометк,
    без маркир, без указан, белгілемей, белгісіз, көрсетпей, without disclos, without label, without mark,
    without tell, not disclos, not label, not tell, dont disclos, скрытно, нативно без"""
)
_ADS = _idea("""реклам, жарнама, sponsor, спонсор, advert, =ad, =ads, интеграц, партнерск, promo, промо, paid""")
_UNPAID = _idea(
    """уйти от, уход от, ухода от, уклон, уклоня, не плат, неплат, скрыть, скрыва, спрят, укрыт, обойти, обход, увильн,
    отмазат, вывести мимо, мимо налог, в черную, в чёрную, серую, жалтар, төлемеу, төлемей, төлемес, бұлтар, жасыр,
    evade, evading, evasion, dodge, dodging, avoid pay, hide, hiding, not pay, without pay, dont pay, not declare,
    skip, не деклар, не показыв"""
)
_TAX = _idea(
    """налог, салық, салық, =tax, =taxes, taxman, кгд, налогов, доход, табыс, =income, earnings, заработ, adsense, ндс,
    selfemployed, ип, withhold"""
)
_SECRETLY = _idea(
    """скрыт, тайн, тайком, исподтишка, незаметн, втихар, втайне, жасырын, білдірмей, байқатпай, білдіртпей,
    сездірмей, secret, secretly, hidden, covert, spy, spycam, sneak, without them know, without her know,
    without him know, without people know, without their know, without anyone know, без ведома, без их ведома"""
)
_FILM = _idea(
    """снять, снима, сним, съемк, съёмк, записа, записыв, запиш, заснят, түсір, жазып, жазу, film, record, camera, камер,
    микрофон, диктофон, прослуш, подслуш, тыңда, wiretap, listen, video of, фоткат, сфоткат, photograph"""
)
_NO_CONSENT = _idea(
    """без согласи, без разреш, без ведома, без его, без ее, без её, без их, рұқсатсыз, рұқсатынсыз, келісімсіз,
    келісімінсіз, without consent, without permission, without his, without her, without their, without asking,
    without them, without him"""
)
_STRIP = _idea(
    """убрать, убер, убира, удалит, удали, удаля, стереть, стере, замаз, вырез, затер, снести, заблюр, обрез, скрыть,
    закры, избав, алып таста, алып тастау, өшір, жою, жойып, сүрт, remov, erase, crop out, get rid, delete,
    clean, blur out, blur, strip, =crop, wipe, cover up"""
)
_WATERMARK = _idea(
    """водян, вотермарк, ватермарк, watermark, water mark, су белгі, су таңба, сутаңба, су танба, копирайт знак,
    знак копирайт, знак автор, логотип автор, логотип канал, логотип чуж, подпис автор, имя автора, метаданн, metadata,
    synthid, c2pa, content credential, логотип сток, чужой логотип, чужого логотип, логотипін, автордың лого,
    арна логотип, арнаның лого, author name, channel logo, someones logo, their logo, credits"""
)
_COPY_VOICE = _idea(
    """клонир, клону, клон, скопир голос, копир голос, подделат, поддела, подделк, сгенерир, сымитир, имитир, спародир,
    сделать голос, создать голос, deepfake, дипфейк, дипфэйк, клондау, клонда, clone, cloning, copy voice, imitate,
    fake, faking, fakevoice, impersonat, mimic, жасап бер, жасау, жасаймын, жасайын, озвучить голосом, generat, create,
    make, сделать, создать, наложить"""
)
_VOICE_OR_FACE = _idea(
    """голос, дауыс, voice, дипфейк, дипфэйк, deepfake, лицо, лица, =лицом, =face, =бет, бетін, жүзін, face swap,
    обнажен, голую, голые, раздет, раздень, nude, nudes, naked, жалаңаш, undress"""
)
_DECEIVE = _idea(
    """обману, обманы, обманит, развести, разводит, развод на, мошен, выманит, выдать себя, выдавать себя, от его имени,
    от ее имени, от имени, подстав, опозор, разыгр, чтобы думал, чтобы повер, поверил, шантаж, отомст, алдау, алдап,
    атынан, алаяқ, кек ал, масқара, қорқыт, trick, =fool, scam, pretend, impersonat, prank, deceive, defraud, revenge,
    humiliat, blackmail, embarrass, believe, look like he, look like she, on behalf of"""
)
_NAMED_VICTIM = _idea(
    """президент, министр, чиновник, депутат, политик, аким, =әкім, әкімнің, әкімді, politician, president, official,
    minister, бывш, =ex, одноклассн, сыныптас, учител, мұғалім, teacher, classmate, соседк, сосед, көрші, начальник,
    директор, бастығ, =boss, colleague, коллег, подруг, девушк, мама, маман, әпке, танысым, досым, friend, girl,
    знакомог, знакомой"""
)
_COMPLAIN = _idea(
    """страйк, strike, жалоб, шағым, report, =claim, =claims, клейм, takedown, dmca, сносит, снести, заблокир, бұғатта,
    ban, забан, бан"""
)
_FALSELY = _idea(
    """ложн, фейк, фальш, липов, левы, необоснован, незаслужен, fake, false, bogus, fraudul, жалған, өтірік, негізсіз,
    купить, куплю, заказат, закажу, накрут, массов, толп, ботами, buy, order, =mass, bots, сатып ал, жаппай, тапсырыс"""
)
_RIVAL = _idea(
    """конкурент, соперник, бәсекелес, competitor, rival, хейтер, hater, врагу, недруг, қарсылас, чужой канал,
    чужого канал, чужому канал, чужие канал, another channel, other channel, someones channel, somebodys channel,
    someone elses channel, біреудің канал, біреудің арна, басқаның канал, другому канал, другой канал, enemy,
    бывшему партнер, other creator, =него, =неё, оған, against him, against her, against them"""
)
_TAKE_DOWN = _idea(
    """снести, сносит, завалит, закидат, закида, накида, кинуть, кидат, натрав, засыпат, заспам, забан, утопит,
    устранит, уничтож, убрать, удалит, құлат, жаптыр, тастау, жібер, take down, destroy, get banned, delete, terminate,
    shut down, =spam, file, send"""
)
_BOOST = _idea(
    """накрут, накручив, накруч, купить подпис, купить просмотр, куплю подпис, купить лайк, купить час, купить фолл,
    покупка подпис, боты для, подписчик сатып, қаралым сатып, жазылушы сатып, лайк сатып, жалған қарал, жалған подпис,
    жалған жазыл, накрутка жаса, buy subs, buy views, buy subscr, buy follow, buy likes, buy watch, fake views,
    fake subs, fake follow, fake watch, bot views, view bot, viewbot, sub4sub, boost views with bots"""
)
_FORGE = _idea(
    """поддел, подделыв, сфабрик, фальсифиц, нарисовать, фотошоп, фейков, липов, левы, forge, forging, =fake, faking,
    falsify, photoshop, fabricat, doctor, жалған, қолдан жаса, бұрмала, backdate, задним числом"""
)
_PAPERS = _idea(
    """договор, лиценз, разрешен, документ, скрин, доказательств, паспорт, справк, удостовер, переписк, контракт, чек,
    согласие, contract, licen, permission letter, permission, document, evidence, screenshot, passport, receipt,
    invoice, =id, consent form, шарт, құжат, рұқсат хат, рұқсат, келісім, дәлел, куәлік, сертификат, certificat, proof,
    возраст, дату рождения, жасын, =age, birth"""
)
_PIRATE = _idea(
    """пират, pirate, торрент, torrent, слит, слив, кряк, кряк, крякнут, crack, взломан, хакнут, қарақшы, leaked, leak,
    warez, nulled, безлимитн ключ, keygen"""
)
_FETCH = _idea(
    """скачать, скачив, качат, найти, достат, где взять, выложит, выкладыв, залить, заливат, раздават, слить, сливат,
    продават, перепрод, жүктеп, жүктеу, табу, табам, тарату, тарат, сату, сатам, download, find, get, upload, share,
    sell, resell, stream, watch, использовать, qoldan, пользоваться, установит"""
)
_STEAL = _idea(
    """украст, своровать, воровать, спиздить, стырить, присвоит, присваив, зарегистрировать чуж, выдать за сво,
    выдавать за сво, ұрлау, ұрлап алу, ұрлап алай, иемденіп, иемдену, өзімдікі деп, өз атыма, steal, pass off,
    passing off, claim as my own, claim as mine, register someone, как свое, как своё, за свое, за своё, as my own"""
)
_BREAK_IN = _idea(
    """взломать, взлом, взламыв, хакнуть, хакат, хакер, угнать, угон, увести канал, hack, hacking, break into, бұзып кіру,
    бұзып кір, бұзу, взломщик, подобрать пароль, steal password, парольін, құпиясөзін, phish, фишинг"""
)
_ACCOUNT = _idea(
    """аккаунт, канал, парол, страниц, переписк, =акк, telegram, телеграм, инст, instagram, youtube, ютуб, account,
    channel, password, whatsapp, ватсап, арна, парақша, поч, mail, phone, телефон"""
)
_DOX = _idea(
    """пробить адрес, пробить номер, узнать адрес, найти адрес, вычислить адрес, вычислить хейтер, слить адрес,
    слить номер, слить данные, слить переписк, слить фото, слить интим, деанон, адресін табу, адресін біл, нөмірін табу,
    интим фото, интимные фото, жарияла қорқыт, find her address, find his address, find out where, where he lives,
    where she lives, dox, leak her, leak his, revenge porn, nudes of, track down"""
)
_THREAT = _idea(
    """шантаж, вымог, вымана, запуга, угрожа, пригроз, бопсала, қоқан, blackmail, extort, threaten, intimidat, қорқыту,
    қорқытып"""
)
_BAN_DODGE = _idea(
    """обойти бан, обход бан, обойти блок, обход блок, обойти удален, бан айналып, блоктан айналып, bypass ban,
    evade ban, ban evasion, get around ban, get around my ban, evade a ban, bypass the ban, evade my ban,
    bypass termination, around termination, around a ban, around the ban, bypass a channel"""
)
_AI_SECRET = _idea(
    """скрыть что это ии, скрыть что это нейро, скрыть что видео, скрыть ии, скрыть использование ии,
    скрыть использование нейро, скрыть что голос, скрыть метк, спрятать метк, скрыть маркир, обойти метк,
    обойти маркир, обойти автоматическ метк, hide that it is ai, hide that its ai, hide that the video is ai,
    hide that my video is ai, hide the ai, hide ai, hide that i used ai, hide the fact, pass ai, ai as real,
    жи екенін жасыр, аі екенін жасыр, жи белгісін жасыр, жасанды екенін жасыр, ии екенін жасыр, жи қолданғанымды жасыр,
    нейрожелі екенін жасыр, выдать нейро, выдать ии, выдать дипфейк за, выдать сгенерир, pass off ai, ии за настоящ"""
)

# --- ideas: what makes it a question instead ------------------------------------------------------------------

_ABOUT_LAW = _idea(
    """штраф, айыппұл, айыппул, ответственн, наказан, наказыв, накаж, жаза, жазас, жауапкерш, =законно, =законен,
    =закону, =законом, =закона, =закон, =законны, =легально, =легален, =легальна, =легальны, =заңды, заңға, заңсыз,
    =заң, =заңда, =legal, =legally, =illegal, =lawful, =unlawful, =allowed, =law, =laws, penalt, punish, liab,
    =crime, criminal, преступлен, қылмыс, =статья, =статью, =статье, =бап, =бабы, запрещ, тыйым, prohibit, forbidden,
    что будет, чем грозит, что грозит, что мне за, не болады, не істейді, что за это, what happens, what will happen,
    get sued, be sued, sue me, засуд, сотта, соттай, подать в суд, fined, jail, тюрьм, түрме, посад, наруша, нарушен,
    бұза ма, бұзам ба, бұзу болып, бұзу ма, бұзылу, violat, infring, against the rules, is it ok, =рискую, risk,
    почему нельзя, неге болмайды, опасно ли, законн ли, what counts, считается ли, разреш ли, что говорит закон"""
)
_VICTIM = _idea(
    """у меня украл, у меня спизд, меня снял, меня снима, меня сняли, меня записал, меня скрыт, меня тайн, на меня,
    против меня, обо мне, от моего имени, моим голосом, мой голос, моего голоса, моим лицом, мое лицо, моё лицо,
    мне кинул, мне кида, мне прилет, мне пришл, мне пришё, мне прислал, мне отправ, мне угрож, мне подал, мне накид,
    кинули мне, кинули страйк, кинул страйк, прилетел, прислали, подали на, подал на, накидал, шантажиру, угрожают, угрожает,
    вымогают, вымогает, украли, украл мо, взломали, слили, слил мой, удалили мой, удалил мой, убрал мой, убрали мой,
    убрал мою, стёр мой, стер мой, обрезал, обрезали мой, маған, менің, мені, өзіме, үстімнен, каналыма, дауысымды,
    бетімді, видеомды, суретімді, ұрлап кет, ұрлап алды, ұрлады, бұзып кетті, таратып жат, таратып жатыр, жіберді,
    шағым түсірді, тастады, клондап алды, клондады, against me, sent me, i got, i received, i was, was i, got a fake,
    got fake, received a fake, my voice, my face, my photo, my watermark, my logo, copied my, stole my, stolen my,
    removed my, cropped my, remove my, filed a false, filed false, sends me, sending me, threaten me, threatens me,
    threatening me, blackmailing me, filming me, filmed me, recorded me, cloned my, was hacked, got hacked, my course,
    кто то, какой то, someone is, somebody is, someone filed, someone sent, someone cloned, somebody cloned,
    somebody filed, someone removed, someone hacked, біреу менің, біреу маған, чужой снял мою, моего сына, мою дочь"""
)
_PROTECT = _idea(
    """защитит, защищ, уберечь, пожаловат, оспорит, противодейств, бороться, борьб, доказат, предотвр, қорған, қорғау,
    қорға, protect, prevent, defend, dispute, stop people, stop someone, report, как узнать что, как отличить, распозна
    дипфейк, отличить, ажырат, tell if, spot, удалить слит, удалить дипфейк, удалить фейк, убрать дипфейк, дипфейкті
    өшір, remove a deepfake, remove deepfake, deepfake of me, take down a deepfake, leaked course, жалоба на, жалобу на,
    пожалуюсь, шағымдан, блюр лиц, blur faces, blur people"""
)


@dataclass(frozen=True, slots=True)
class Rule:
    """A kind of request that is declined. `how`: only when a way to do it is asked for, not whether it may be done."""

    name: str
    ideas: tuple[re.Pattern[str], ...]
    how: bool = False
    unless: tuple[re.Pattern[str], ...] = (_ABOUT_LAW, _VICTIM, _PROTECT)


RULES: Final = (
    Rule("detection", (_EVADE, _GUARDIAN)),
    Rule("unseen", (_UNSEEN, _GUARDIAN, _WORKS)),
    Rule("unseen-use", (_UNSEEN, _STRANGERS)),
    Rule("altered", (_ALTER, _GUARDIAN, _UNSEEN)),
    Rule("altered-strangers", (_ALTER, _STRANGERS, _GUARDIAN), how=True),
    Rule("unique", (_UNIQUE,), how=True),
    Rule("hidden-ads", (_HIDE, _ADS), how=True),
    Rule("tax", (_UNPAID, _TAX), how=True),
    Rule("secret-filming", (_SECRETLY, _FILM), how=True),
    Rule("no-consent", (_NO_CONSENT, _FILM, _UNSEEN), how=True),
    Rule("watermark", (_STRIP, _WATERMARK), how=True),
    Rule("voice-deceive", (_COPY_VOICE, _VOICE_OR_FACE, _DECEIVE)),
    Rule("voice-no-consent", (_COPY_VOICE, _VOICE_OR_FACE, _NO_CONSENT), how=True),
    Rule("voice-person", (_COPY_VOICE, _VOICE_OR_FACE, _NAMED_VICTIM), how=True),
    Rule("fake-strike", (_COMPLAIN, _FALSELY, _TAKE_DOWN)),
    Rule("bought-strike", (_idea("страйк, strike, жалоб, шағым, report"), _FALSELY), how=True),
    Rule("rival", (_COMPLAIN, _RIVAL, _TAKE_DOWN)),
    Rule("boost", (_BOOST,), how=False),
    Rule("forge", (_FORGE, _PAPERS), how=True),
    Rule("pirate", (_PIRATE, _FETCH), how=True),
    Rule("steal", (_STEAL, _WORKS), how=True),
    Rule("break-in", (_BREAK_IN, _ACCOUNT), how=True),
    Rule("dox", (_DOX,)),
    Rule("threat", (_THREAT,), how=True),
    Rule("ban", (_BAN_DODGE,)),
    Rule("ai-secret", (_AI_SECRET,), how=False),
)


def refused_by(text: str) -> str:
    """The name of the rule that declines this message, or "" when none does."""
    message = " ".join(("", *_repaired(words(text)), ""))
    asks_how = _HOW.search(message) is not None
    for rule in RULES:
        if rule.how and not asks_how:
            continue
        if all(idea.search(message) for idea in rule.ideas):
            if not any(idea.search(message) for idea in rule.unless):
                return rule.name
    return ""


def is_refused(text: str) -> bool:
    """Whether a message asks for a way to evade rules or to harm somebody."""
    return bool(refused_by(text))
