"""More of what is wanted, by kind of act: to stay unnoticed, to deceive with papers, to take without paying, to harm.

How a list is written is told in `ideas.py`; the rules that join these ideas are in `refusals.py`.
"""

from __future__ import annotations

from typing import Final

from bot.answers.ideas import idea


def _negated(*stems: str) -> str:
    """Kazakh verbs as "so that it doesn't …" is said of them: a stem with its negative, then the endings of an aim."""
    ends = ("йтін", "йтын", "с үшін", "сін", "сын", "сінші", "у үшін", "уі үшін", "уы үшін", "удің", "удың")
    return ", ".join(stem + end for stem in stems for end in ends)


DO_IT: Final = idea(
    "^{remove|clone|draw|write|make|create|find|spam|drop|hack|generate|fake|forge|copy|strip|erase|delete}, ^{mass|"
    "report|strike|leak|collect|fill|imitate|swap|undress|crack|download|get|bypass|track|give|send|dox}, ^{убери|"
    "удали|сотри|склонируй|клонируй|нарисуй|напиши|составь|сделай|создай|сгенерируй|найди|взломай}, ^{накидай|кинь|"
    "закидай|пробей|скинь|скиньте|дайте|дай|подделай|придумай|оформи|озвучь|спой|раздень|нужен}, "
    "что {указать|вписать|написать|поставить}, what .. {enter|put in|fill in}, ^{нужна|нужно|надо|хочу|помоги|помогите|"
    "зарепорти|слей|скачай|выдай|перепиши|подпиши|собери|вычисли}, {жасап|салып|тауып|жазып|өшіріп|алып|шешіндіріп|"
    "клондап|бұзып|тастап|көшіріп|айтып|сызып} {бер|таста|жібер}, {ссылку|ссылка|link} {на|to}, сілтеме таста, "
    "any way, any trick, =насколько, by what, how much, сколько процент, на сколько, қанша пайыз, кім біледі, "
    "есть ли способ, есть способ, =схема, =схему, scheme, =бот, =bot, what .. {filter|effect|tool|app|site|service}, "
    "which .. {edit|filter|effect|tool|app|site|service|vpn}, =немен, берші, беріңізші, жіберші, көрсетші, тапшы, "
    "жасашы, табыңызшы, екен, ойым бар, келіп тұр, келеді, ^{use|explain|объясни|расскажи|организуй|организуйте}, "
    "hacks, хаки, үшін не істе, что .. {добавить|сделать} .. чтоб, what .. add, i need, i want, i wanna, gonna, "
    "going to, собираюсь, планирую, думаю",
)
UNNOTICED: Final = idea(
    "{чтоб|чтобы|шоб} .. не {узна|замет|замеч|поня|пойм|наш|найд|наход|опозн|распозн|увид|видел|видн|определ|обнаруж}, "
    "{чтоб|чтобы|шоб} .. не {засек|засеч|вычисл|догад|спал|пал|связ|отслед|докоп|придр|пойма|ловил|заподоз|просек}, "
    "{чтоб|чтобы|шоб} .. не {прозна|раскр|выясн|светил|просвет|всплы|доказ|додел|подкоп|ругал|зажал|поймут|учу|чух}, "
    "и {никто|ютуб|youtube|налоговая} .. не {узна|замет|спал|пойм|наш|докоп|увид|доказ}, "
    "не {спалит|запалит|попаст|попасть|засвет|светит|наследит}, без палева, без следов, под радар, по тихому, "
    "не оставляя след, не оставить след, остаться .. {анонимн|незамеч|безнаказ}, "
    "{анонимно|безнаказанно} .. {вылож|слить|опубл|отправ}, {they|he|she|youtube|nobody|people|anyone|everyone|"
    "content id|owner|owners|tax office|filter|system} {dont|doesnt|wont|cant|cannot|never|didnt} {find|notic|detect|"
    "catch|know|recogn|realis|realiz|see|spot|flag|link|trac|suspect}, {dont|doesnt} want .. to {know|find|see|notic|"
    "detect|recogn|catch|flag}, {keep|stop|prevent} .. from {notic|detect|recogn|find|know|catch|flag|link|seeing|"
    "spotting|realis|realiz}, without .. {notic|link|trac|detect|knowing|realis|realiz|suspect|recogn|finding|spotting|"
    "catching|flagging}, {not|never|without} {get|be|being|getting|been} {caught|found|detect|flag|notic|traced|busted|"
    "spotted|recogn}, {dont|wont|never} {get|be} {caught|found|detect|flag|notic|traced|busted|spotted|recogn}, {cant|"
    "doesnt|wont|dont} {detect|catch|recogn|flag|trace|notic}, undetect, unnotic, untrace, under the radar, "
    "off the radar, get away with, stay anonymous, without .. leaving traces, lets {it|them} through, stays silent, "
    "{чтоб|чтобы} .. {молчал|пропуска|игнорир}, өткізіп жіберетін, =үндемеуі, үндемейтін",
    _negated("байқама", "байқалма", "сезбе", "сезілме", "таныма", "танылма", "таппа", "табылма", "таба алма"),
    _negated("көрме", "көрінбе", "көре алма", "ұстама", "ұсталма", "анықтама", "анықталма", "күдіктенбе", "іліктірме"),
    _negated("байланыстырма", "ажырата алма", "тани алма", "спалитпе", "ілікпе", "шағымданба", "тексерме"),
    "білмейтіндей, білмесін, білмес үшін, білмеуі үшін, білмеу үшін, із қалдырм, анонимді қал, ұсталып қалм, "
    "жауапқа тартылмай, {табылып|ұсталып|ашылып|біліп|көріп|танып|байқап|сезіп} {қалм|қойм}, білінбейтін, білінбес, "
    "білдіртпей, {not|dont|never} {let|figure|make} .. {figure|know|find|out}, чтоб .. не доп, не допер, "
    "{ютуб|youtube|ешкім} {білмесін|байқамасын|сезбесін}, {cant|can not|never|не} {prove|смогли доказ|доказал}, "
    "never getting in trouble, {безнаказан|never .. in trouble}, дәлелдей алмайтын",
)
SUBJECT: Final = idea(
    "видео, ролик, video, клип, clip, контент, content, музык, песн, трек, song, music, track, =ән, =әнді, =әннің, "
    "фильм, кино, movie, film, сериал, series, =show, =shows, аниме, anime, матч, match, стрим, stream, канал, "
    "channel, арна, аккаунт, account, ютуб, youtube, тикток, tiktok, инст, insta, телегра, telegra, content id, "
    "страйк, strike, реклам, жарнама, =ad, =ads, promo, налог, салық, =tax, =taxes, доход, табыс, income, деньг, ақша, "
    "money, дипфейк, deepfake, нейро, =ai, =ии, голос, дауыс, voice, фото, сурет, photo, picture, image, статью, "
    "статья, мақала, article, курс, course, book, книг, кітап, монетиз, monetiz, monetis, просмотр, подписчик, "
    "қаралым, жазылушы, views, subscrib, follower, blog, блог, беймен, бейне, telefon, =акк, =acc, мем, meme, vids, "
    "видос, переписк, chat, хат, contract, шарт, договор, донат, donat",
)
TAMPER: Final = idea(
    "питч, pitch, тональн, ускор, замедл, speed, slow, скорост, жылдамда, баяулат, отзеркал, зеркал, mirror, flip, "
    "перевер, замаскир, маскир, перекры, заглуш, порез, нарез, кадриров, =кроп, рамк, фильтр, эффект, mask, =cut, "
    "crop, filter, border, =frame, overlay, reverb, эхо, echo, шумы, noise, шуыл, кесіп, кесу, бүрке, сүзгі, жамыл, "
    "blur, тон, жасырамын, заблюр, distort, искаж, бұрмал, remix, remaster, айна, bitrate, compress",
)
AIM_NOT: Final = idea(
    "{чтоб|чтобы|шоб} .. не, so .. {not|no|dont|doesnt|wont|cant|never|isnt|silent}, "
    "без {страйк|бан|жалоб|клейм|заявк}, {келмейтін|түспейтін|болмайтын|бұғатталмайтын|алмайтын|өшірілмейтін}, "
    "{келмеуі|түспеуі|болмауы|келмес|түспес} үшін, без палева, страйк алмай, страйксыз, "
    "{страйк|шағым|бан} {келмес|түспес|болмас|жоқ бол}, {no|without} {strike|claim}, "
    "{и|and|n} не {словить|получить|поймать|схват}",
)
HEAVY_WORK: Final = idea(
    "{стрим|трансл|показ|көрсет|stream|show|broadcast|тікелей} .. {матч|футбол|football|match|ufc|лиг|league|бой|fight|"
    "концерт|concert}, {матч|футбол|football|match|ufc|лига|league|бой|fight|концерт} .. {стрим|трансл|показ|көрсет|"
    "stream|broadcast}, {залить|загрузить|залей|выложить|upload|put|post|жүктеу|салу|салам|салып} .. {мувик|муви|фильм|"
    "сериал|кино|movie|film|аниме|anime|episode}, {movie|film|кино|киноны|фильм|сериал|episode} .. {on my channel|"
    "залить|загрузить|выложить|салам|салып|салсам|жүктейм}",
)
NO_BAN: Final = idea(
    "чтоб .. не {забан|заблок|удал|снес|снос|прилет|словил|сняли|сносил}, {и|n|and} {не|not} {словить|получить|поймать|"
    "get} {бан|страйк|блок|banned|strike}, not {get|getting} {banned|blocked|struck|taken|strike}, "
    "without {a|getting} {strike|ban|banned|blocked}, {бан|страйк} {жемеу|алмай|алмау|жемей}, without strike, "
    "страйксыз, {without|без} {бан|ban|страйк|блокир}, бұғатталмай, не нашел, не нашли, don t find",
)
AS_MINE: Final = idea(
    "{make|заставить|чтобы|чтоб} .. {youtube|ютуб} .. {think|думал|повер|believe} .. {i film|i made|я снял|снял я|мое|"
    "это я|mine|сам}, мен түсірді деп, мен жасадым деп, сделать вид .. что, {=как|будто} {снял я|снимал я|сделал я}, "
    "как будто .. {=мое|=моя|=мой}, {видео|ролик|фото} .. как сво, as if i {film|made|wrote|shot|creat}, "
    "under my {own|name}, as {mine|my own}, like its mine, look like i {made|film|wrote|shot}, "
    "өзім .. {түсіргендей|жасағандай|жазғандай}, өз {атым|еңбегім}, =өзімдікі, под своим {имен|брендом}, "
    "от своего имени, выдать за сво, присво, authored it myself",
)
ANOTHERS: Final = idea(
    "скачал, downloaded, жүктеп алған, ripped, не мой, не мое, not mine, чуж, другого, другой блогер, другим, "
    "біреудің, басқа блогер, басқаның, басқа біреу, бөтен, {someone|somebody|another|other} .. {blogger|creator|people|"
    "person|else}, someones, somebodys, stolen, украд, ұрланған, copyrighted, rivals, конкурент, бәсекелес, стырен",
)
FALSE: Final = idea(
    "ложн, фейк, фальш, липов, поддел, фиктивн, вымышл, выдуман, =левый, =левую, =левое, =левые, недостоверн, "
    "несуществ, =fake, faking, fictit, bogus, phony, phoney, =false, falsely, falsif, =forged, made up, counterfeit, "
    "=sham, жалған, өтірік, қолдан жаса, ойдан шығар, =bull",
)
RECORD: Final = idea(
    "адрес, address, мекенжай, страну, страна, country, елді, декларац, declarat, отчет, счет, invoice, деятельн, "
    "қызмет түр, company, компан, справк, анкет, =форма, =форму, =form, w 8, w8, заявк, заявлен, applicat, өтініш, "
    "жалоб, =claim, =claims, шағым, takedown, =notice, counter, встречн, отзыв, review, пікір, новост, =news, жаңалық, "
    "профил, profile, аккаунт, account, свидетельств, certificat, диплом, договор, contract, =шарт, шартты, лиценз, "
    "licen, разреш, permission, рұқсат, документ, document, құжат, паспорт, passport, скрин, screenshot, чек, receipt, "
    "story, истори, слух, rumor, rumour, өсек, =имя, =name, =видео, video, письмо, letter, =хат, подпис, signatur, "
    "қол қой, свидетел, witness, дату, =date, күнін, metadata, метадан, dmca, страйк, strike, доказ, proof, evidence, "
    "дәлел, жалған мәлімет, сведен, information",
)
FALSE_HOME: Final = idea(
    "{чуж|другой|друг|басқа|жалған|fake|false|foreign|another} {адрес|address|мекенжай|стран|елді|country|паспорт|"
    "имя}, fake my {address|country|location|name|id|passport}, на самом деле .. {не|жив}, actually .. {not|dont}, "
    "{pretend|притвор|прикин|прикид} .. {that|to be|it|что|буд|компан|company|фанат|айти|fan}, "
    "болып көрін .. {қалай|үшін}, выдать себя за, выдавать себя за, pass myself off, {болып|сияқты} көрінгім",
)
PRETEND: Final = idea(
    "pretend, притвор, прикин, прикид, выдать себя, выдавать себя, impersonat, pose as, болып көрін, атын жамыл",
)
BENEFIT: Final = idea(
    "astana hub, астана хаб, хаб, hub, налог, tax, салық, льгот, грант, grant, доступ, access, adsense, монетиз, "
    "monetiz, деньг, money, ақша, лиценз, licen, компенсац, compensat, claim, верифик, verif, youtube, ютуб",
)
BACKDATE: Final = idea(
    "{фото|файл|сурет|құжат|видео} .. күнін .. {өзгерт|жылжыт|ауыстыр}, задним числом, backdate, back date, бэкдейт, "
    "{күнін|датасын|дату} .. {артқа|кері|ерте|назад|раньш}, {earlier|older} date, раньше .. чем, {метадан|metadata|"
    "exif|метадерек|дату создан|дату съем|дату файл|file date|creation date|дату на фото|фотоның күнін|"
    "файлдың күнін} .. {измен|поменя|подправ|отредакт|сдвин|подмен|раньш|change|edit|alter|tamper|earlier|өзгерт|"
    "ерте}, {измен|поменя|подправ|отредакт|сдвин|подмен|переправ|change|edit|alter|tamper|өзгерт} .. {метадан|metadata|"
    "exif|метадерек|дату созд|дату съем|дату файл|дату на фото|file date|creation date|date on|date of}",
)
IN_THEIR_NAME: Final = idea(
    "от имени {лейбл|автор|компан|студи|правообл|певц|артист|бренд|юрист|youtube|ютуб|суд|казпатент|художник}, "
    "{лейбл|автор|компания|студия|бренд|сот}ның атынан, {лейбл|автор|компания|студия|әнші|бренд} атынан, "
    "авторың атынан, in the {label|author|artist|studio|company|owner|brand}s name, "
    "on behalf of the {label|author|artist|studio|owner}, {от|вместо} {автора|лейбла} .. {подпис|письм|разреш}, "
    "не давал, never gave, бермеген, вместо него подпис, за него подпис, sign for him, sign it for",
)
PAPER: Final = idea(
    "письмо, разреш, договор, лиценз, подпис, согласие, letter, permission, licen, contract, consent, sign, рұқсат, "
    "=хат, шарт, келісім, қол қой, справк",
)
CRACKED: Final = idea(
    "пиратк, =кряк, крякнут, кряки, взломанн .. {верс|програм|фотошоп|premiere|премьер}, взломанн, =cracked, "
    "crack for, =crack, keygen, активатор, ломан, nulled, warez, torrent, торрент, репак, "
    "{бұзылған|қарақшы|взломанн|хакнут} .. нұсқа, бұзылған {фотошоп|photoshop}, photoshop .. бұзылған, free premium",
)
SOFTWARE: Final = idea(
    "скач, жүкте, download, где взять, қайдан, where, дайте, дай, скинь, ссылк, link, тастап, жібер, табам, найти, "
    "find, =get, достать, установ, install",
)
PAID: Final = idea("платн, ақылы, =paid, premium, премиум, подписк, лицензионн, продаетс, сатылатын")
GRATIS: Final = idea("беспл, тегін, =free, for free, на халяву, халяв, без оплат, ақшасыз, without paying, төлемей")
DOWNLOAD: Final = idea(
    "скач, жүкте, download, смотре, көру, көрем, watch, слив, достать, получить, get, табам, найти, открыть",
)
STREAMING: Final = idea(
    "нетфликс, netflix, кинопоиск, kinopoisk, hbo, disney, дисней, prime video, =ivi, =иви, megogo, okko, spotify, "
    "спотифай, apple music, кинотеатр, cinema",
)
RIP: Final = idea(
    "=rip, ripping, скач, рипн, =рип, көшір, жүктеп, download, записать экран, экранды жаз, screen record, "
    "снять на камеру, слить",
)
SPREAD: Final = idea(
    "залить, залив, выложи, вылож, загруз, перезал, раздав, продав, upload, repost, reupload, =share, sell, салам, "
    "жүктейм, тарат, сату, салу, жариял, =post",
)
LOCK: Final = idea(
    "{снять|снимать|обойти|убрать|взломать|сломать|strip|remove|crack|break|bypass|disable|бұз|алып|шеш} .. {drm|"
    "защиту от коп|защит|copy protection|paywall|пейвол|қорғаныс}, {drm|защиту от копир|paywall} .. {снять|обойти|"
    "убрать|взломать|бұз|алып}, обойти подписк, без подписки смотр",
)
WORKER: Final = idea(
    "монтаж, editor, дизайнер, designer, фрилансер, freelanc, оператор, videograph, видеограф, фотограф, photograph, "
    "суретші, художник, artist, композитор, compos, музыкант, musician, сценарист, writer, подрядчик, contractor, "
    "соавтор, coauthor, co author, сотрудник, employee, қызметкер, актер, actor, битмейкер, beatmaker",
)
STIFF: Final = idea(
    "{ничего|ему|ей|им} не {плат|заплат}, не {заплатить|платить|заплатив|выплатить|выплачивать}, "
    "кинуть .. {деньг|бабк|оплат}, кинуть, надуть, обмануть, обдурить, развести .. деньг, "
    "{without|avoid|skip|dodge|not} {paying|pay}, get out of paying, =stiff, rip off, cheat .. out, scam, төлемей, "
    "төлемеу, ақша бермей, ақшасын бермеу, алдап, алдау, ничего не отдать, отжать, забрать .. права .. без, тартып ал",
)
SOCIETY: Final = idea(
    "казак, қазақ к, kazak, коллективн, collecting society, роялти, royalt, авторское вознаграж, авторлар қоғам, "
    "қоғамға, авторское общество",
)
SLIP_OFF: Final = idea(
    "не плат .. чтоб, {и|чтоб|чтобы} не {плат|поймал|пойма|наш}, {without|avoid|dodge|skip} paying, get out of, отмаз, "
    "увильн, откос, уклон, избежать .. {выплат|оплат|плат}, не платить, не пойма, төлемей .. {құтыл|қал|кет|жүр}, "
    "құтыл, жалтар, бұлтар, қаш, not get caught",
)
VOICE_COPY: Final = idea(
    "~клонир, склонир, склону, =клон, клонда, клондау, clone, cloning, скопир, =copy, copying, имитир, сымитир, "
    "imitat, mimic, спародир, поддел, подража, spoof, көшір, қолдан жаса, =fake, faking, украсть, steal, ұрла, "
    "model of, сделать голос как, голос как у, сөйлет, говорил голосом, озвучить голосом, дауысымен {сөйлет|жаса|ән}, "
    "sing in, sound like, голосом .. {спеть|запис|сказа|озвуч}",
)
VOICE: Final = idea("голос, дауыс, дауыс, дауысы, =даусын, =даусы, даусым, voice, вокал, vocal, интонац")
SOMEBODYS: Final = idea(
    "начальник, бастығ, =boss, bosss, bosses, менеджер, manager, директор, звезд, celebrity, певиц, певца, певец, "
    "әнші, singer, rapper, рэпер, актер, actor, актрис, блогер, blogger, ютубер, youtuber, диктор, президент, "
    "president, министр, депутат, аким, әкім, mayor, мэр, politic, политик, чиновник, бывш, =ex, друг, дос, подруг, "
    "friend, знаком, таныс, одноклас, сыныптас, classmate, учител, мұғалім, teacher, професс, препод, professor, "
    "lectur, отца, әкем, narrator, сосед, көрші, neighbo, коллег, colleague, мам, пап, mother, father, умерш, покойн, "
    "deceased, dead, марқұм, димаш, dimash, моргенштерн, morgen, скриптонит, нұртас, нуртас, токаев, тоқаев, путин, "
    "putin, трамп, trump, маск, musk, mrbeast, drake, adele, eminem, taylor, розы рымбаев, роза рымбаева, чуж, "
    "біреудің, бір кісі, біреуді, someone, somebody, a girl, девушк, девочк, қыз, кого то, человека, адамның, person, "
    "известн, танымал, famous, популярн",
)
UNASKED: Final = idea(
    "без {спрос|разреш|соглас|ведома|его|ее|их}, не {спрашив|говор|сказ|скаж|буд|предупр}, без спросу, рұқсатсыз, "
    "рұқсатынсыз, келісімсіз, келісімінсіз, сұрамай, айтпай, білдірмей, without .. {ask|permission|consent|telling|"
    "knowing|him|her|them}, {разрешения|согласия} .. нет, {no|dont have} permission, рұқсатым жоқ, рұқсаты жоқ, "
    "not ask, dont ask, говорить не буду, без ведома, запретил, said no, refused, opted out, тыйым салған, келіспеген, "
    "отказал",
)
DEEPFAKE: Final = idea(
    "дипфейк, дипфэйк, deepfake, deep fake, фейс свап, face swap, faceswap, =дипфейк, "
    "лицо .. {налож|вставит|замен|на тело}, жалған видео, фальшивое видео",
)
MAKE: Final = idea(
    "сделай, сделать, делать, делают, создай, создать, смонтир, сгенерир, слепит, налож, вставит, =make, create, "
    "generate, produce, =put, swap, жаса, салып, қоям, қою, использ, =use, пайдалан, қолдан",
)
TAKE_OVER: Final = idea(
    "{украсть|увести|угнать|перехват|отжать|захват|стырить|спереть|steal|hijack|take over|grab|ұрла|тартып ал|"
    "басып ал} .. {канал|аккаунт|channel|account|страниц|арна|паблик|название|username|юзернейм|ник}, {канал|аккаунт|"
    "арна|channel|account} .. {ұрла|угнать|украсть|увести|отжать|тартып}, канал .. ұрлай",
)
STRIKE_BOMB: Final = idea(
    "{накидай|накидат|закида|=кинь|киньте|кидай|завали|зарепорт|spam|bomb|flood|mass} .. {страйк|жалоб|strike|report|"
    "claim|шағым|flag}, mass report, массов .. {жалоб|репорт|страйк}, жаппай .. шағым, "
    "report .. {til|till|until} .. {gone|delet|banned|down|clos}",
)
NOT_MINE: Final = idea(
    "{прав|права} .. нет, нет прав, не мое, не мой, не моя, не принадлеж, isnt mine, not mine, dont own, "
    "dont have the rights, no rights, құқығым жоқ, менікі емес, чуж, someone elses, {украл|ворован|own nothing}, "
    "если украл, i stole, i copied, ұрлаған, lie in, =lie, lying, соврать, наврать, өтірік",
)
NOTICE: Final = idea(
    "страйк, strike, takedown, dmca, жалоб, шағым, =claim, =claims, встречн, counter, контр уведом, қарсы хабарлама, "
    "клейм, уведомлен",
)
FILE_IT: Final = idea(
    "подать, подам, подав, отправ, написать, пишу, кинуть, кинут, бросить, сделать, =file, filing, send, submit, make, "
    "lie in, =lie, беремін, беру, жібер, таста, жазам, берем, жасайм, түсір, вернуть, win time",
)
NEW_NAME: Final = idea(
    "{под|на} {друг|нов|чуж|вымышл} {имен|имя|аккаунт|паспорт|номер}, under {another|a different|a new|other|a fake|"
    "someone} .. name, басқа {атпен|аты|біреудің}, жаңа атпен, с другого {устройств|ip|номер}, "
    "на {жену|брата|маму|друга}, не связал, not link, without .. link",
)
BANNED: Final = idea(
    "забан, =бан, =бана, =банға, бан айнал, banned, =ban, terminat, удалили, заблокир, закрыли, снесли, suspend, "
    "жабыл, бұғатта, страйк, strike",
)
KIDS: Final = idea("детск, для детей, балалар, kids, children, малыш, toddler")
NOT_KIDS: Final = idea(
    "{выдать|пометить|отметить|указать|mark|set|label|деп} .. {взросл|не для детей|not made|not for|adult|general|"
    "үлкен|арналмаған}, не помечать .. {детск|для детей}, под видом взросл, as adult, as not made for kids, "
    "not made for kids .. to, арналмаған деп",
)
SMEAR: Final = idea(
    "{придумать|сочинить|выдумать|make up|invent|распростран|распустить|пустить|вброс|spread|plant|ойдан шығар|тарат|"
    "напиши|написать} .. {слух|сплет|ложь|rumor|rumour|fake|story|stories|өсек|жалған|фейк|lie|lies|истори|ложн}, "
    "{опороч|очерн|оклевет|дискредит|smear|defame|қарала|жала жаб|масқаралап|ruin|испорт|уничтож} .. {репутац|"
    "reputation|блогер|blogger|конкурент|имя|бәсекелес|career|карьер|politic|competitor|name}, "
    "репутац .. {испорт|уничтож|подмоч|разруш}, блогерді қарала, испортить .. репутац, отзыв лож, ложный отзыв",
)
WHERE_LIVES: Final = idea(
    "{узнать|найти|пробить|пробей|вычислить|выяснить|отследить|find|figure|track|get|тауып|табу|біл|"
    "анықта} .. {где жив|домашн|адрес|where .. lives|home address|address|қайда тұр|мекенжай|үйін|местополож|location|"
    "номер телеф|phone number}, {мекенжайын|адресін|үйін|тұратынын|нөмірін|номерін} .. {тауып|табу|тап|біл|жария|"
    "салу}, где живет .. {пробей|по номеру|узнать}, where .. lives .. {post|so}, қайда тұратын, =stalk, stalking, "
    "{слежк|следить} за, {following|follow|track|отслежив} .. {her|him|phone|телефон}",
)
A_PERSON: Final = idea(
    "блогер, blogger, человек, person, адам, =его, =ее, =her, =him, =his, бывш, =ex, девушк, парн, girl, қыз, жігіт, "
    "хейтер, hater, кісі, someone, somebody, одноклас, учител, мұғалім, =этого, =мына, автор .. комм, ютубер, youtuber",
)
COLLECT: Final = idea(
    "{собир|собрат|собер|collect|harvest|scrape|жина|купить|buy|выкач|парс} .. {данн|data|дерек|номер|телефон|phones|"
    "email|контакт}, {данн|data|дерек} .. {собир|собрат|жина|collect|продат|sell}",
)
TRAIN: Final = idea(
    "{обуч|научить|натрен|train|үйрет|дообуч|fine tune|файнтюн} .. {нейро|ии|ai|модел|model|жи|жасанды|работ|work|"
    "art}, train an ai, {нейро|model|ai} .. {обучить|train}",
)
PASS_AS_HUMAN: Final = idea(
    "{пройти|пройдет|обойти|pass|fool|beat|өткіз|өту|алда} .. {проверк на ии|проверку на ии|проверку на ai|детектор|"
    "ai detect|детект|тексеріс|human|as real|as human|реальн|настоящ}, {выдать|выдав|pass|passing|present|show|sell|"
    "көрсет|өткіз} .. {за настоящ|за реальн|за живо|off as|as real|as human|as genuine|as authentic|шынайы|шын деп}, "
    "human made, pass as human, {тексерістен|проверку|review} .. {өткіз|пройти|pass} .. {нейро|ai|жи}, "
    "{нейро|ai|жи} .. {тексерістен|проверку} .. {өткіз|пройти}, шынайы .. деп .. {өткіз|"
    "көрсет}, как живой, голос живой",
)
MACHINE: Final = idea(
    "=ai, нейро, дипфейк, deepfake, синтет, жасанды, generated, сгенерир, chatgpt, =ии, =жи, =bot, робот, suno, "
    "midjourney",
)
TAX_SCHEME: Final = idea(
    "налогтан {қаш|жалтар|құтыл|бұлт}, мемлекетке көрсетпе, "
    "{state|government|государств} .. {without|seeing|не показ}, не {показывать|показать} .. государств, "
    "мимо {налог|касс|кгд}, {серая|серую|серой|серые|черная|черную|черной|черную|левая} {схем|касс|зарплат|вывод}, "
    "в обход {налог|кгд}, без налогов .. {вывод|схем|вывести|получ}, {вывод|вывести|обнал} .. {без налог|мимо}, "
    "{scheme|trick|way} .. {tax free|without tax|untaxed}, cash out .. {tax|radar}, салықсыз .. {шығар|схема|алу|ал}, "
    "{салықтан|салыкт} .. {қаш|жалтар|бұлтар|құтыл|тыс}, off the books, without .. declar, "
    "{never|without ever|not} declar, {на карту|на счет} {жены|мамы|брата|друга|другого}, әйелімнің картасына, дроп, "
    "дропер, money mule, undeclared",
)
EARNED: Final = idea(
    "деньг, бабк, бабло, доход, донат, donat, заработ, income, earn, money, cash, ақша, табыс, adsense, реклам, "
    "жарнама, ютуб, youtube, блог, выруч, payment, =tax, tax, салық, салыкт, налог",
)
BRAND: Final = idea(
    "бренд, brand, название, =имя, =name, товарн, trademark, trade mark, тауар таң, атауын, логотип, logo, домен, "
    "domain",
)
GRAB: Final = idea(
    "{зарегистр|register|тіркет|тіркеп|перехват|оформить на себя|grab|squat} .. {чуж|someone|somebody|біреудің|another|"
    "конкурент|rival|бәсекелес|others|другого|раньше}, {заставить|вымог|шантаж|make|force|сатып ал|вынуд} .. {заплат|"
    "плат|pay|выкуп|buy|ransom}",
)
REVENGE_ACT: Final = idea(
    "{хочу|want|как|how|келеді|қалай|үшін} .. {отомст|revenge|кек|проучить|опозор|унизить|humiliat|масқара}, {отомст|"
    "revenge|кек ал} .. {вылож|слить|фото|переписк|post|nude|видео|сурет|интим|тарат}, {интим|nudes|nude|ұят|жалаңаш|"
    "голые|private photos} .. {вылож|слить|тарат|post|опубл|жариял|қорқыт|шантаж|leak|send|отправ|send}, "
    "{тарат|вылож} .. {деп|чтоб|если} .. {қорқыт|запуг|заплат}",
)
PUBLISH: Final = idea(
    "опублик, вылож, выклад, слить, слив, слей, жариял, тарат, салу, салам, салып, =post, posting, publish, share, "
    "upload, =leak, leaking, залить",
)
NO_BLAME: Final = idea(
    "избежать {ответ|ответств|наказ|послед|суда|иска}, чтоб .. {ничего .. не|не посад|не засуд|не подал|не наказ|"
    "не отвеч|не оштраф}, без последств, и не {сесть|отвечать|ответить|нести|попасть}, мне ничего не было, "
    "without {consequenc|punish|trouble|being sued|liab|getting sued|risk}, "
    "not {be|get} {sued|held|punish|liable|fined}, and not .. {liable|fined|sued}, {жауапкершіліксіз|жазасыз}, "
    "жауапкершіліктен {қаш|құтыл|жалтар}, {жазалан|тартыл|сотта}м, айыппұлсыз .. {қалай|өт}, and not get fined, "
    "не {штрафанул|оштраф|наказал|привлек}",
)
PERSONAL: Final = idea(
    "фото, сурет, photo, видео, video, переписк, chat, хат, =личн, жеке, private, номер, данн, data, запис, record, "
    "=голос, voice, лицо, face, бет, адрес",
)
AD_UNSEEN: Final = idea(
    "{реклам|интеграц|жарнам|sponsor|ad|promo|спонсор} .. не {выгляд|похож|помеч|маркир|обознач|выглядел|палил}, {прят|"
    "спрят|прячь|впих|впихнуть|вставить|встро|тығ|тық|жасыр|hide|slip|sneak|disguise|bury} .. {реклам|интеграц|жарнам|"
    "sponsor|ad|ads|promo}, {реклам|рекламк|жарнама|жарнаманы} .. {прят|впих|тығ|жасыр|белгілемей|айтпай|замаскир|"
    "под видом|незаметн}, {without|not|avoid} {disclos|telling|label|mark|saying} .. {ad|ads|promo|sponsor|paid|"
    "viewer}, {ad|ads|promo|promotion|sponsor} .. without .. {disclos|telling|label|mark|saying}, {не|без} {предупрежд|"
    "указыв|указан|маркир|пометк|упомин} .. {реклам|зрител|спонсор}, {реклам} .. {не|без} {предупрежд|указыв|маркир|"
    "пометк|упомин|говоря}",
)
MARK_OFF: Final = idea(
    "{убрать|убери|удалить|удали|стереть|сотри|вырез|обрез|снести|скрыть|стерет|стира|сними|снять|remove|erase|crop|"
    "strip|wipe|cut out|blur out|delete|clean|өшір|алып|сүрт|кетір|кесіп|жой} .. {вотер|водян|watermark|логотип|logo|"
    "подпись автор|подпись фотограф|signatur|копирайт|credit|су белгі|су таңба|қолтаңба|лого|аватар автор|authors name|"
    "имя автор|штамп|stamp}, {вотер|водян|watermark|логотип|logo|лого|су белгі|су таңба|қолтаңба} .. {убрать|убери|"
    "удал|стерет|вырез|снести|сними|өшір|алып|сүрт|кетір|кесіп|жой}, jailbreak, {обойти|bypass|remove|убрать|снять|"
    "strip|get rid of|drop|hide|избав|алып|тығ|жасыр} .. {метк|ai label|labels|ai tag|label|таңба|пометк} .. {ии|ai|"
    "нейро|tiktok|youtube|видео|video|синтет}, {метку|пометку|ai label|таңбасын|белгіні|белгісін} .. {убрать|снять|"
    "обойти|alip|алып|тығ|жасыр|өшір}",
)
TIMES_WATCHED: Final = idea(
    "{накрут|накруч|нагн|inflate|boost|fake|=бот|боты|=bot|=bots|көбейт} .. {просмотр|подпис|лайк|час|views|subs|"
    "subscr|follow|likes|watch|қаралым|жазылушы|лайк|hours}, {bot|bots|бот|боты|сервис|service|сайт|site} .. {views|"
    "просмотр|подпис|subs|қаралым|жазылушы|watch hours|лайк|накрут}, {views|просмотры|қаралымды|қаралым|"
    "subs} .. {накрут|=бот|=bot|байқатпай|көбейт}",
)
AS_ORIGINAL: Final = idea(
    "{считал|выгляд|казал|стал|признал|сошл} .. {оригинал|уникальн|мо}, {count|counts|look|looks|pass|seem|"
    "treated} .. {original|unique|mine}, түпнұсқа .. {болып|деп|көрін}",
)
STOLEN: Final = idea(
    "stolen, украд, ворован, ұрланған, чужой, чужое, чужую, бөтен видео, someone elses, somebodys, біреудің",
)
FILMS: Final = idea(
    "movies, films, фильмы, фильмов, кинолар, киноларды, сериалы, series, shows, аниме, anime, episodes, "
    "кино, фильмдер",
)
ON_CHANNEL: Final = idea(
    "reupload, перезал, на канал, on my channel, to my channel, каналыма, каналға, залить на, потом залить, to upload",
)
TAKE: Final = idea("скач, жүкте, download, =get, взять, рипн, =rip, качат, алам")
HARASS: Final = idea(
    "травл, затрав, harass, қудала, pile on, dogpile, hate campaign, натрав, айдап сал, bully him, bully her, "
    "set .. on him, set .. on her",
)
SHOTS: Final = idea(
    "{=shop|подправ|отредакт|исправ|фотошоп|photoshop|edit|alter|change|өзгерт|фотошоппен} .. {скрин|screenshot|"
    "переписк|chat}, {скрин|screenshot} .. {подправ|отредакт|исправ|фотошоп|өзгерт|edit|alter}",
)
GAIN: Final = idea("выигр, =win, суд, court, дау, спор, dispute, доказ, proof, evidence, дәлел, жеңу, повер, believe")
