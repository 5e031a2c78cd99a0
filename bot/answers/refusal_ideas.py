"""The ideas that the rules of `refusals.py` are made of: what is wanted.

How a list is written is told in `ideas.py`. A rule needs several ideas at once, so single lists may be broad.
What makes a message a question instead is in `refusal_excuses.py`.
"""

from __future__ import annotations

from typing import Final

from bot.answers.ideas import idea

HOW: Final = idea(
    "=как, қалай, калай, qalay, =how, =how2, =чем, способ, =жолы, жолын, жолдар, әдіс, тәсіл, амал",
    "лайфхак, lifehack, помоги, помогите, научи, үйрет, көмектес, айтшы, айтыңызшы, подскаж, посовету",
    "кеңес, =ways, =way, =trick, =tricks, =tips, teach, help me, =хочу, хочется, надо, нужно, керек",
    "келеді, =want, i need, i wanna, =где, where, қайдан, қай жерден, программ, сервис, =app, =tool",
    "=tools, software, бағдарлама, =сайт, =сайты, сайт бар, =дай, скинь, сделай, жасап бер, make me",
    "give me, напиши, жазып бер, =write, =show, покажи, көрсет, можешь, could you, can you, какую",
    "какая, какой, қандай, which, what app, what is the best, whats the best, what .. should i, найди",
    "тауып бер, сколько стоит, қанша тұрады, how much, схем, настройк, =бар ма, схема, =плагин, plugin",
    "=айла, айласы, есть ли способ, склонируй, клонируй, сгенерируй, создай, взломай, накрути, подделай",
    "=убери, =сотри, =слей, =қайда, =куда, what filter, what trick, is there a way, is there a tool",
    "is there an app",
)
EVADE: Final = idea(
    "~обойти, ~обойд, обойт, ~обход, обхож, обману, обмани, обманыв, обдур, обхитр, перехитр, наебат",
    "наебн, айналып өт, айналып кет, ~айналып, алдап, =алдау, алдаудың, алдай, алдауға, ~bypass",
    "~circumvent, evade, evading, evasion, trick, =fool, fooling, =dodge, dodging, outsmart, =cheat",
    "get around, getting around, get past, getting past, slip past, slip by, sneak past, work around",
    "workaround, defeat, beat content, beat the, beat youtube, beating, избежать обнаруж, avoid detect",
    "avoid content, avoiding detect, avoid being detect, өтіп кету, алдап кет, өтіп кетет, өтіп кететін",
    "лазейк, loophole, спасает от, спасет от, спасут от, жасырынып, шатастыр, confuse, запутать",
    "абман, абойт, абайт, сбить с толку, помогают от, помогает от, помогут от, помогут против",
)
GUARDIAN: Final = idea(
    "~content id, ~контент ид, ~контент айди, контентайди, contentid, контентид, клейм, =claim, =claims",
    "страйк, ~strike, алгоритм, algorithm, детект, detect, фильтр, filter, проверк, moderat, модерац",
    "~copyright, копирайт, авторск, авторлық, монетиз, monetiz, monetis, маркиров, =ban, =бан, =бана",
    "блокиров, бұғат, верификац, verification, антиплагиат, антипират, правил, ереже, =rules, систем",
    "жүйе, ~youtube, =ютуб, =тикток, tiktok, instagram, инстаграм, telegram, drm, paywall, защит",
    "қорғаныс, protection, возраст, =age, жас шекте, ограничен, шектеу, restriction, =ai, синтетич",
    "synthid, налог, салық, =tax, закон о, инста, =инста, meta, реклам",
)
UNSEEN: Final = idea(
    "чтоб .. не узна, чтоб .. не замет, чтоб .. не замеч, чтоб .. не спали, чтоб .. не пали",
    "чтоб .. не поня, чтоб .. не пойм, чтоб .. не наш, чтоб .. не наход, чтоб .. не опозна",
    "чтоб .. не распозна, чтоб .. не увид, чтоб .. не определ, чтоб .. не обнаруж, чтоб .. не засек",
    "чтоб .. не вычисл, чтоб .. не догад, чтоб .. не сработ, чтоб .. не детект, чтоб .. не словил",
    "чтоб .. не попа, чтоб .. не видел, чтоб .. не знал, чтоб .. не додум, без палева, ~незаметн",
    "незамеч, не попас, не спалит, не запалит, байқамай, байқатпай, байқамас, байқамауы, байқалмай",
    "сезбей, сездірмей, білмейтіндей, білмес үшін, білмеу үшін, білмесін, білмеуі, білмей қал",
    "танымайтын, танымас үшін, танымасын, танымауы, танымай қал, танып қойма, таппайтын, таппас үшін",
    "таппасын, таппауы, көрмейтін, көрмес үшін, көрмесін, көрмеуі, көрінбейтін, анықтай алма, анықтамас",
    "анықтамауы, ұсталмай, ұстамайтын, ұстамасын, ұстамауы, ілінбей, ілінбес, undetect, unnotic",
    "without getting caught, without being caught, without getting detect, without being detect",
    "without being notic, not get caught, dont get caught, never get caught, wont get caught",
    "and not be caught, get away with, without .. notic, without .. knowing, without .. finding out",
    "without .. realiz, without .. realis, so .. doesnt detect, so .. doesnt notic, so .. doesnt catch",
    "so .. doesnt recog, so .. doesnt find, so .. doesnt know, so .. doesnt see, so .. doesnt flag",
    "so .. doesnt realiz, so .. doesnt match, so .. dont detect, so .. dont notic, so .. dont know",
    "so .. dont find, so .. dont realiz, so .. dont see, so .. wont detect, so .. wont notic",
    "so .. wont catch, so .. wont recog, so .. wont find, so .. wont know, so .. wont flag",
    "so .. cant detect, so .. cant notic, so .. cant catch, so .. cant recog, so .. cant find",
    "so .. cant tell, so .. cant see, so .. never find, so .. never know, so .. never notic",
    "so .. not detect, so .. not notic, so .. not recog, so .. not find, so .. not get detect",
    "so .. isnt detect, so .. isnt recog, so no one, so nobody, stop .. from recog, stop .. from detect",
    "keep .. from recog, keep .. from detect, keep .. from finding, prevent .. from detect",
    "prevent .. from recog, to not be detect, to not get detect, that content id .. miss",
    "nobody will know, no one will know, nobody knows, no one knows, nobody notic, no one notic",
    "чтоб .. пропуст, чтоб .. проигнор, чтоб .. игнор, make .. ignore, so .. ignor, without .. picking",
    "түспейтіндей, ілікпейтін, іліктірмей, байқамайды, түспес үшін, filters stop, stop .. recog",
    "so .. misses, so .. miss it, to stay undetect, чтоб .. пролез, чтоб .. прошл, чтоб .. обош",
    "ешкім білмей, ешкім көрмей, чтоб .. не было совпад, чтоб .. не совпа",
)
WORKS: Final = idea(
    "музык, песн, трек, =ән, =әнді, =әнін, әнге, song, music, track, фильм, кино, сериал, movie, film",
    "видео, ролик, video, =клип, клипт, =clip, clips, контент, content, фото, сурет, photo, picture",
    "картин, курс, course, =бит, =beat, серии, series, аниме, anime, матч, футбол, football, передач",
    "книг, кітап, book, рилс, reel, пост",
)
ALTER: Final = idea(
    "питч, pitch, тональн, ускор, замедл, speed, slow, скорост, жылдамдат, баяулат, жылдамдығ, отзеркал",
    "зеркал, mirror, flip, перевер, шумы, шуыл, noise, reverb, кадриров, дауысын өзгерт",
)
STRANGERS: Final = idea(
    "чуж, біреудің, басқаның, басқа блогер, someone else, somebody else, other people, others, stolen",
    "украд, спизж, ұрлан, бөтен, другого блогера, from other, someones, somebodys, original owner",
    "copyrighted",
)
UNIQUE: Final = idea(
    "уникализ, уникалит, uniquali, make it unique, сделать уникальн, уникальдандыр, uniqueiz",
)
NOT_BLOCKED: Final = idea(
    "чтоб .. не заблок, чтоб .. не забан, чтоб .. не удал, чтоб .. не снес, чтоб .. не прилет",
    "без страйк, без бана, без блокир, бұғатталмай, блокқа түспей, страйк алмай, өшірілмей",
    "өшірмес үшін, without getting block, without getting banned, without getting struck",
    "without a strike, without getting a strike, without being block, without it getting",
    "so .. doesnt get block, so .. not block, so .. doesnt take, not get taken down",
)
WHOLE_FILM: Final = idea(
    "фильм целиком, фильмы целиком, целый фильм, полный фильм, полностью фильм, сериал целиком",
    "серии целиком, кино целиком, толық кино, кино толық, киноны толық, толық фильм, фильмді толық",
    "толық салып, full movie, full film, entire movie, whole movie, whole film, full episode",
    "full match, whole episode, матч целиком, пиратск, қойсам, қою",
)

IN_FULL: Final = idea(
    "целиком, полностью, полный, толық, =whole, =entire, =full, перезал, перезалит, reupload, re upload",
    "repost, перепост",
)
NO_LAWSUIT: Final = idea(
    "чтоб .. не подал, чтоб .. не засуд, so .. doesnt sue, so .. cant sue, so .. wont sue",
    "сотқа бермейтін, сотқа бермес",
)

HIDE: Final = idea(
    "скрыть, скрыва, скрыт, спрят, прятат, завуалир, замаскир, маскир, утаить, утаив, умолч, жасыр",
    "=hide, hiding, conceal, disguise, undisclos, не помеч, не маркир, не указыв, без пометк",
    "без маркир, без указан, белгілемей, көрсетпей, without disclos, without label, without mark",
    "without tell, not disclos, not label, dont disclos, skip the disclos, незаметн, незаметно",
    "look like .. not, looks like .. not, not look like, doesnt look like, look organic",
    "под личный отзыв, под видом отзыв, под видом лично, под органи, чтоб .. не ставить",
    "чтоб .. не писать, не ставить пометк, не ставить метк, avoid putting, avoid disclos, avoid label",
    "avoid mark, without .. tag, емес сияқты, емес секілді, емес болып, айтпай, не говор, без упомин",
    "without saying, without telling, without mention, not mention, no label, no disclos",
)
CONCEAL: Final = idea("скрыть, спрят, прятат, замаскир, жасыр, =hide, hiding, conceal, mask, disguise")
MATCHER: Final = idea(
    "content id, контент ид, контент айди, contentid, алгоритм, algorithm, фильтр, filter, copyright",
    "детектор, detector, авторлық, авторских прав",
)
BUY: Final = idea("купить, куплю, buy, сатып ал, приобрест")
A_CHANNEL: Final = idea("канал, channel, арна, аккаунт, account, паблик")
NO_LABEL: Final = idea(
    "stop .. label, avoid .. label, without .. label, dodge .. label, не получить метк",
    "не получить маркир",
)
ADS: Final = idea(
    "реклам, жарнама, sponsor, спонсор, advert, =ad, =ads, интеграц, партнерск, promo, промо, paid post",
    "paid partner, product placement, продакт плейсмент",
)
AD_HIDDEN: Final = idea(
    "скрытую реклам, скрытая реклам, скрытой реклам, скрытую интеграц, жасырын жарнама, hidden ad",
    "stealth ad, undisclosed ad",
)
UNPAID: Final = idea(
    "уйти от, =уход от, ухода от, уклон, не плат, неплат, скрыть, скрыва, спрят, укрыт, ~обойти, обход",
    "увильн, отмазат, мимо налог, в черную, серую, ~жалтар, төлемеу, төлемей, төлемес, бұлтар, жасыр",
    "evade, evading, evasion, dodge, dodging, avoid pay, avoid declar, avoid report, avoid tax, =hide",
    "hiding, not pay, without pay, dont pay, not declare, without declar, не деклар, не показыв",
    "не отчит, қашу, қашып, құтыл, off the books, under the table, обнал, в конверт, мимо кассы",
    "избежать уплат, избежать налог, underreport, under report, занизить, занижа, азайтып көрсет",
    "аз көрсет",
)
TAX: Final = idea(
    "налог, салық, салығ, =tax, =taxes, кгд, доход, табыс, =income, earning, заработ, adsense, =ндс",
    "донат, ақша, money, =ипн, =кпн, =опв, взнос",
)
SECRETLY: Final = idea(
    "скрыт, тайн, тайком, исподтишка, ~незаметн, втихар, жасырын, білдірмей, байқатпай, білдіртпей",
    "сездірмей, secret, hidden, covert, spy, spycam, sneak, without .. knowing, without .. noticing",
    "без ведома, без их ведома, айтпай, сұрамай, не сказав, не спрашив, не предупрежд, without telling",
    "without asking, without them noticing",
)
FILM: Final = idea(
    "снять, снима, сним, съемк, записа, записыв, запиш, заснят, түсір, жазып, =жазу, =film, filming",
    "record, camera, камер, микрофон, диктофон, прослуш, подслуш, тыңда, wiretap, video of, фоткат",
    "сфоткат, photograph, shoot, =tape, taping, eavesdrop",
)
PRIVATE_ROOM: Final = idea(
    "раздевал, туалет, душев, =душе, под юбк, шешінетін, киім ауыстыр, дәретхана, changing room",
    "locker room, =shower, bathroom, toilet, upskirt, примерочн, fitting room, спальн, bedroom",
)
NO_CONSENT: Final = idea(
    "без согласи, без разреш, без ведома, без его, без ее, без их, рұқсатсыз, рұқсатынсыз, келісімсіз",
    "келісімінсіз, without consent, without permission, without his, without her, without their",
    "without asking, without them, without him",
)
STRIP: Final = idea(
    "убрать, уберу, убира, убери, удалит, =удали, удаля, стереть, стере, сотри, замаз, вырез, затер",
    "снести, заблюр, обрез, закрыть, избав, алып таста, =өшір, өшіру, өшірем, өшіріп, өшірсем, =жою",
    "жойып, жоям, сүрт, кетір, remov, erase, crop, get rid, delete, =clean, blur, strip, wipe, cover up",
    "скрыть, өшір, замыл, замен, кесіп, replac, кесіп таста",
)
WATERMARK: Final = idea(
    "водян, ~вотермарк, ватермарк, ~watermark, water mark, су белгі, су таңба, сутаңба, знак копирайт",
    "знак автор, логотип автор, логотип канал, логотип чуж, логотип друг, подпис автор, имя автора",
    "synthid, c2pa, content credential, логотип сток, чужой логотип, чужого логотип, чужие логотип",
    "біреудің логотип, автордың лого, арнаның лого, басқаның логотип, author name, someones logo",
    "somebodys logo, someone elses logo, their logo, signature, =подпись, қолтаңба, автордың белгі",
    "автор белгі, автордың аты, авторский знак, authors name, artists name, лого телеканал, чужое лого",
    "логотип телеканал",
)
COPY_VOICE: Final = idea(
    "~клонир, склонир, клону, =клон, скопир, копиров, ~поддел, сгенерир, сымитир, имитир, сдела, созда",
    "deepfake, ~дипфейк, дипфэйк, клонда, clone, cloning, =copy, copying, imitate, =fake, faking",
    "impersonat, mimic, жасап, жасау, жасаймын, жасайын, жасат, озвучить голосом, generat, create",
    "=make, making, налож, қоям, қоюға, салу, =put, swap, көшір",
)
VOICE_OR_FACE: Final = idea(
    "голос, дауыс, voice, ~дипфейк, дипфэйк, ~deepfake, лицо, лица, лицом, =face, =бет, бетін, жүзін",
    "face swap",
)
NAKED: Final = idea(
    "порн, porn, нюд, nude, интим, жалаңаш, голую, голые, голой, раздет, раздень, undress, nudify",
    "обнаж, naked, топлес",
)
DECEIVE: Final = idea(
    "обману, обманы, развести, разводит, развод на, мошен, выманит, выдать себя, выдавать себя",
    "от его имени, от ее имени, от имени, подстав, опозор, разыгр, чтоб .. думал, чтоб .. повер",
    "поверил, шантаж, отомст, алдау, алдап, атынан, алаяқ, кек ал, масқара, қорқыт, өтірік, trick",
    "=fool, scam, pretend, impersonat, prank, deceive, defraud, revenge, humiliat, blackmail, embarrass",
    "to believe, on behalf of, look like .. said, сказал то чего",
)
NAMED_VICTIM: Final = idea(
    "певиц, =певца, =певец, артист, актер, әнші, звезд, знаменит, celebrity, singer, actor, famous",
    "танымал адам, президент, министр, чиновник, депутат, политик, =аким, =акима, =әкім, әкімнің",
    "әкімді, politician, president, official, minister, бывш, =ex, =exs, my exs, одноклассн, сыныптас",
    "учител, мұғалім, teacher, classmate, соседк, =соседа, көрші, начальник, директор, бастығ, =boss",
    "=boss's, bosss, colleague, коллег, подруг, girlfriend, boyfriend, =маманың, әпке, танысым",
    "досымның, знакомог, знакомой, қызымның, жігітім",
)
STRIKES: Final = idea(
    "complaint, страйк, strike, жалоб, шағым, репорт, =report, reports, =claim, =claims, клейм, takedown, dmca",
)
FALSELY: Final = idea(
    "ложн, фейк, фальш, липов, левы, левую, необоснован, незаслужен, =fake, false, bogus, fraudul",
    "жалған, өтірік, негізсіз, falsely, wrongly",
)
DO_STRIKE: Final = idea(
    "кинуть, кидат, =кину, подать, подам, отправит, отправлю, накидат, набрас, купит, куплю, заказат",
    "закажу, натрав, натравл, =file, =filing, =send, sending, =buy, buying, =order, submit, тастау",
    "тастай, тастап, жіберу, жібере, жіберсе, жіберей, түсіру, түсіре, тапсырыс, сатып алу, сатып ала",
    "состряпат, кидают как, get .. taken down, түсіргім, жібергім, тастағым, бергім, =пишу, написать",
    "накатать, состав, report a creator, so he gets, so she gets, so they get, gets a strike, закинуть",
    "закину, накинуть",
)
BUY_STRIKES: Final = idea(
    "купить страйк, куплю страйк, купить жалоб, заказать страйк, закажу страйк, заказать жалоб",
    "страйк сатып, страйктер сатып, страйкты сатып, buy strikes, buy copyright strikes, order strikes",
    "buy reports, buy a strike, заказной страйк, mass report, массово жал, массовые жалоб",
    "массовую жалоб, массовый репорт, жаппай шағым, жаппай репорт, mass flag, массово кину",
    "массово кида, массово пожал, массово зарепорт, массов .. репорт, жаппай .. шағым, mass .. reports",
    "mass .. claims",
)
RIVAL: Final = idea(
    "обидчик, конкурент, соперник, бәсекелес, ~competitor, =rival, rivals, хейтер, hater, =врагу",
    "=врага, недруг, қарсылас, чужой канал, чужого канал, чужому канал, чужие канал, another channel",
    "someones channel, somebodys channel, someone elses channel, someones account, біреудің канал",
    "біреудің арна, басқаның канал, другому канал, другой канал, =enemy, against him, against her",
    "other creator, another creator, басқа блогердің, другого блогера, другого канала",
)
TAKE_DOWN: Final = idea(
    "снести, сносит, завалит, закидат, закида, накида, кинуть, кидат, натрав, засыпат, заспам, забан",
    "утопит, устранит, уничтож, =убрать, =удалить, құлат, жаптыр, take down, taken down, destroy",
    "get .. banned, =delete, terminate, shut down, =spam, is banned, жабу, жапқыз, бұғаттат, өшірт",
    "=слить, knock, get rid, избав, құтыл, take out, kick",
)
BOOST: Final = idea(
    "купить .. {ботов|ботами}, buy .. {bots|=bot}, comment {bots|bot}, {ботты|боттарды|бот} .. сатып,",
    "~накрутить, накручив, накрутк, накручу, купить подпис, купить просмотр, куплю подпис",
    "куплю просмотр, купить лайк, купить час, купить фолл, покупка подпис, покупка просмотр, боты для",
    "подписчик сатып, қаралым сатып, жазылушы сатып, лайк сатып, накрутка жаса, buy .. subscr, buy subs",
    "buy .. views, buy .. followers, buy likes, buy .. watch, fake views, бот арқылы, боттар арқылы",
    "fake subs, fake follow, bot views, view bot, viewbot, sub4sub, fake .. watch, fake .. subs",
    "fake .. views, fake .. followers, накручен",
)
BOTS: Final = idea("=бот, боты, ботам, ботпен, боттар, =bot, =bots, накрут, жалған")
AUDIENCE: Final = idea(
    "подпис, просмотр, лайк, жазылушы, қаралым, =views, subscrib, follower, =likes, watch hours",
    "watch time, час просм",
)
FORGE: Final = idea(
    "~поддел, сфабрик, фальсифиц, фотошоп, фейков, липов, =левый, forge, forging, =fake, faking, falsif",
    "photoshop, fabricat, жалған, қолдан жаса, бұрмала, backdat, задним числом, нарисоват",
)
PAPERS: Final = idea(
    "договор, лиценз, разрешен, документ, скрин, доказательств, паспорт, справк, удостовер, переписк",
    "контракт, =чек, contract, licen, permission, document, evidence, screenshot, passport, receipt",
    "invoice, consent form, =шарт, шартты, құжат, рұқсат, келісім, дәлел, куәлік, сертификат",
    "certificat, =proof, авторлық шарт, письмо, =хат, email, letter, =мейл, соглас, consent",
)
LIE_AGE: Final = idea(
    "обман, соврат, совру, навра, поддел, фейков, неправильн, чужой паспорт, ~обойти, обход, =lie",
    "lying, =fake, faking, bypass, get around, trick, алда, өтірік, жалған, айналып, липов, ложн",
)
AGE: Final = idea(
    "возраст, дату рождения, =жас, жасын, жасым, жасты, жас шекте, =age, birth, паспорт, years old",
    "=лет",
)
PIRATE: Final = idea(
    "пиратск, пиратк, пират, pirate, pirated, торрент, torrent, слитый, слитые, слитую, слив курс",
    "=кряк, крякнут, cracked, взломанн, қарақшы, leaked, warez, nulled",
)
FETCH: Final = idea(
    "скачать, скачив, качат, найти, достат, взять, выложит, выкладыв, залить, заливат, раздават, =слить",
    "сливат, продават, перепрод, жүктеп, жүктеу, табу, табам, тарату, таратам, сату, сатам, download",
    "=find, =get, =upload, =share, =sell, resell, stream, =watch, установит, көру",
)
LEAK: Final = idea(
    "слить чуж, слить курс, слить платн, сливать чуж, сливать курс, leak someone, leak a paid",
    "leak the course, leak paid",
)
STEAL: Final = idea(
    "=украсть, своровать, =воровать, спиздить, стырить, присвоит, присваив, зарегистрировать чуж",
    "зарегать чуж, выдать чуж, выдать .. за сво, выдавать .. за сво, ұрлау, ұрлап алу, ұрлап алай",
    "иемденіп, иемдену, өзімдікі деп, =өз атыма, өз атымнан, =steal, stealing, pass off, passing off",
    "as my own, claim .. as mine, register someone, register somebody",
    "будто она мо, будто оно мо, будто это мо, как будто мо, на себя зарегистр",
)
BREAK_IN: Final = idea(
    "взломать, ~взлом, взламыв, хакнуть, хакат, угнать, увести канал, увести аккаунт, =hack, hacking",
    "break into, бұзып кір, бұзып кіру, подобрать пароль, узнать пароль, steal password, парольін бұз",
    "құпиясөзін біл, phish, фишинг",
)
ACCOUNT: Final = idea(
    "аккаунт, канал, парол, страниц, переписк, =акк, telegram, телеграм, инст, instagram, youtube, ютуб",
    "account, channel, password, whatsapp, ватсап, арна, парақша, почт, =mail, phone, телефон",
)
DOX: Final = idea(
    "пробить адрес, пробить номер, узнать .. адрес, найти .. адрес, вычислить .. адрес",
    "вычислить .. хейтер, слить адрес, слить номер, слить данные, слить переписк, слить фото",
    "слить интим, сдеанон, деанон, адресін тауып, адресін табу, адресін біл, нөмірін табу",
    "нөмірін жария, find .. address, find out where .. lives, =dox, doxx, leak her, leak his",
    "leak .. photos, leak .. nudes, revenge porn, track down",
)
THREAT: Final = idea(
    "~шантажир, шантаж, вымогат, вымогать, запуга, =угрожать, пригроз, бопсала, blackmail, extort",
    "threaten, intimidat, қорқыту, қорқытып ал, припугн, угрозами заст, угрозой заст",
)
BAN_DODGE: Final = idea(
    "обойти .. бан, обход бан, обойти блок, обойти удален, обойти .. блокир, бан айналып",
    "блоктан айналып, bypass .. ban, evade .. ban, ban evasion, get around .. ban, evading .. ban",
    "bypass .. termination, around .. termination",
)
AI: Final = idea(
    "=ai, нейро, chatgpt, чатгпт, ~дипфейк, deepfake, синтет, жасанды, generated, midjourney, нейрожел",
    "сгенерир",
)
PASS_AS_REAL: Final = idea(
    "выдать .. за настоящ, выдать .. за реальн, выдавать .. за настоящ, pass .. as real, шын деп көрсет",
    "шынайы деп",
)
DODGE_BLAME: Final = idea(
    "избежать ответственн, избежать наказ, уйти от ответственн, жауапкершіліктен қаш",
    "жауапкершіліктен құтыл, avoid punishment, avoid responsibility",
)

SOME_MARK: Final = idea("белгіні, белгісін, =лого, логотип, =logo, watermark, signature, подпись")
DISLIKE: Final = idea(
    "ұнама, не по душе, dont like, i hate, не нравит, бесит, ненавиж, жақтырм, жек көр, раскритик, criticized, "
    "criticised, обидел, ренжіт",
)
REVENGE: Final = idea("отомст, кек ал, кек қайтар, revenge, get back at, проучить")
EXPOSE: Final = idea(
    "вылож, выклад, жариял, =post, publish, слить, опублик, фото, переписк, страйк, дипфейк, photo",
    "strike, leak",
)

# Said outright: no "how" is needed.
TAX_EVASION: Final = idea(
    "салықтан қаш, салықтан жалтар, салықтан бұлт, уйти от налог, уходить от налог, уклониться от налог",
    "evade tax, dodge tax, evade my tax, dodge my tax, cheat on .. tax",
)
HIDE_CAMERA: Final = idea(
    "спрятать камер, спрятать микроф, спрятать диктоф, hide .. camera, hide .. mic",
    "камераны жасырып қою, жасырын камера қою, поставить скрытую камеру, install .. hidden camera",
)
STOCK_MARK: Final = idea(
    "istock watermark, getty watermark, shutterstock watermark, stock watermark",
    "вотермарк .. шаттерсток, вотермарку с, водяной знак с чуж, чужой водяной, чужую вотерм",
    "чужого водян",
)
FORGE_OUTRIGHT: Final = idea(
    "подделать, подделаю, сфабрик, қолдан жаса, жалған .. жаса, =forge, forging, фальсифицир, липовое",
    "липовый, липовую",
)
STEAL_OUTRIGHT: Final = idea(
    "присвоить чуж, присвоить .. друг, своровать, украсть чуж, спиздить, стырить",
    "зарегистрировать на себя чуж, зарегистрировать чуж, зарегать чуж, чуж .. на себя, выдать чуж",
    "чуж .. за сво, чуж .. как сво, =steal someone, pass off someone, someone elses .. as mine",
    "someone elses .. as my own, someones .. as my own, біреудің .. өз атыма, басқаның .. өз атыма",
    "біреудің .. өзімдікі, басқаның .. өзімдікі",
    "чуж .. на свое имя, someone elses .. in my name, someone elses .. under my name",
)
FALSE_AGE: Final = idea(
    "липовую дату, фейковую дату, ложную дату, поддельную дату, өтірік жас көрсет, fake birth",
    "fake my age, fake age",
)
UNDRESS: Final = idea(
    "сделай, сделать, сгенер, создать, жасап, жасау, =make, create, generate, раздень, раздет, undress",
    "nudify",
)
