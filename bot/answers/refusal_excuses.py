"""The ideas that make a message a question about the rules, or a victim's, rather than a request to break them.

How a list is written is told in `ideas.py`; what is wanted is in `refusal_ideas.py` and `refusal_acts.py`.
"""

from __future__ import annotations

import re
from typing import Final

from bot.answers.fold import words
from bot.answers.ideas import idea

PENALTY: Final = idea(
    "штраф, айыппұл, айыппул, =наказание, =наказания, наказыв, накаж, =жаза, жазасы, =жауапкершілік",
    "жауапкершілігі, =ответственность, ответственности за, законно ли, это законно, легально ли",
    "это легально, заңды ма, заңсыз ба, заңға қайшы, =illegal, is it legal, it legal, legal to",
    "against the law, penalt, punish, =liable, liability, =crime, criminal, преступлен, қылмыс, статья",
    "=бап, =бабы, что будет, чем грозит, что грозит, что мне за, не болады, не істейді, what happens",
    "what will happen, get sued, be sued, sue me, засуд, сотта, =fined, =jail, тюрьм, түрме, =посадят",
    "бұза ма, бұзам ба, бұзу ма, бұзу болып, violat, infring, against the rules, is it ok, опасно ли",
    "рискую, считается ли, a fine for, =fine for, the fine, это правда, правда ли, правда что, рас па",
    "шын ба, is it true",
    "=грозит",
)
ABOUT_LAW: Final = idea(
    "запрещ, =тыйым, тыйым {сал|бар}, prohibit, forbidden, наруша, нарушен, =закон, =законно, =законен, =закону, "
    "=закона, =законны, =легально, =заңды, =заң, =заңда, =заңсыз, =legal, =legally, =lawful, =unlawful, =allowed, "
    "=law, =laws, разреш ли, рұқсат па, почему нельзя, неге болмайды, подать в суд, сотқа бер",
)
VICTIM: Final = idea(
    "у меня украл, у меня спизд, меня снял, меня снима, меня сняли, меня записал, меня скрыт, меня тайн",
    "на меня, против меня, video of me, photo of me, pictures of me, clip of me, picture of me, обо мне",
    "от моего имени, моим голосом, мой голос, моего голоса, моим лицом, мое лицо, мне кинул, мне кида",
    "мне прилет, мне пришл, мне прислал, мне отправ, мне угрож, мне подал, мне накид, кинули мне",
    "кинули страйк, кинул страйк, прилетел, прислали, подали на, подал на, подал ложн, подали ложн",
    "подал фейк, накидал, шантажирует, шантажируют, угрожают, угрожает, вымогают, вымогает, =украли",
    "украл мо, =взломали, взломал мо, =слили, слил мо, слил мой, удалили мо, удалил мо, убрал мо",
    "убрали мо, стер мо, обрезал, маған, менің дауыс, менің бет, менің видео, менің сурет, менің канал",
    "менің курс, менің ән, мені түсір, мені жасырын, үстімнен, каналыма, дауысымды, бетімді, видеомды",
    "видеомнан, суретімді, курсымды, ұрлап кет, ұрлап алды, ұрлады, бұзып кетті, таратып жат, жіберді",
    "шағым түсірді, тастады, клондап алды, клондады, қорқытып жат, қорқытып тұр, қорқытады, against me",
    "sent me, i got, i received, i was, my video got, my channel got, got a fake, received a fake",
    "my voice, my face, my watermark, my logo, copied my, stole my, removed my, cropped my",
    "filed a false, filed false, filed a fake, sends me, sending me, threatens me, threatening me",
    "blackmailing me, filming me, filmed me, recorded me, cloned my, was hacked, got hacked, my account",
    "my course, someone is, somebody is, someone filed, someone sent, someone cloned, somebody cloned",
    "somebody filed, someone removed, someone hacked, біреу менің, біреу маған, кто то, моего сына",
    "мою дочь, со своего, своего видео, с моего, мой водян, өз видеомнан, my own video, from my own",
    "мои интим, мои фото, мои голые, my nudes, my intimate, менің жалаңаш, менің интим",
)
PROTECT: Final = idea(
    "защитит, защищ, уберечь, пожаловат, пожаловаться, оспорит, оспариват, противодейств, бороться, борьб, доказать",
    "keep people from, keep others from, предотвр, қорған, қорғау, қорғай, protect, defend, =dispute, disputing",
    "=fight, contest, stop people, stop someone, prevent people, prevent others, prevent someone, prevent theft",
    "how to report, do i report, to report, can i report, report a stolen, report a copy",
    "report a channel, report a reel, report a post, report a video, report a telegram, как узнать что",
    "как отличить, распознать, распознав, отличить, ажырат, ажырата, tell if, how to spot, удалить слит",
    "удалить дипфейк, убрать дипфейк, удалить фейк, дипфейкті өшір, remove a deepfake, remove deepfake",
    "deepfake of me, take down a deepfake, remove leaked, жалоба на, жалобу на, пожалуюсь, шағымдан",
    "blur faces, blur people, куда обратит, куда жаловат, қайда барам, қайда жүгін, қайда шағым",
    "қайда жазам, кімге шағым, get a pirate site, remove a false, снять ложн, блокировать пират",
    "заблокировать пират, блокировк пират, пират сайтты бұғат, site block, деген не, что такое",
    "what is a",
    "как проверить, check if, is it safe, қалай тексер",
)
HONEST_AUDIENCE: Final = idea(
    "опасн, қауіпті, risk, =danger, dangerous, {как|how|қалай} .. не .. {накрут|купить}, законн, легальн, органич, "
    "organic, legal, {реклам|google ads} канал, чем отлич",
)
RESPONSE: Final = idea(
    "что .. делать, чё делать, че делать, шо делать, {what|wat} {now|next}, "
    "what {do|can|should} i {do|answer|reply}, what to do, не істе, қалай әрекет, қайда {жүгін|шағым|жаз|хабар}, "
    "кімге {шағым|айт|жүгін|хабар}, куда {пис|жал|обра|сооб|ид|звон}, что ответить, как {отмен|ответ|удал|снес|"
    "вернуть|отреаг|заблок|убрать} .. {=мой|=мое|=мои|ложн|фейк|дипф|клев}, {how|can} .. {answer|respond|report|"
    "get .. removed|get .. taken}, не понимаю почему, почему, =неге, =why, =who, =кто, =кім, {=мой|=мое|=моя|=мои|"
    "=мою|меня|мне|мной} .. {взлом|украл|скопир|слил|оклевет|залил|вылож|подал|накид}, {взлом|украл|скопир|слил|"
    "скинул|подал} .. {=мой|=мое|=моя|=мои|=мою|меня|мне}, я ничего не, ни за что, "
    "got {doxxed|hacked|banned|struck|claim}, жүргізіп, про меня, обо мне, about me, мен туралы, =мені, "
    "менің .. {салыпты|алыпты|ұрлап|бұзып|жіберіп}, {бұзып|ұрлап|салып|жариялап|клондап|таратып|алып|тастап|көшіріп|"
    "жасап|қойып|жіберіп|шағымданып} {кірді|кетті|алды|жатыр|кеткен|жіберді|жіберген|кірген|жіберіпті|кетіпті|алыпты|"
    "қойды|отыр|жүр|берді|барады}, {ұрлапты|салыпты|жариялапты|клондапты|таратыпты|жасапты|алыпты|көшіріпті|бұзыпты|"
    "беріпті|түсіріпті|тастапты}, доказать что .. {поддел|фейк|ложн|не мо}, prove .. {fake|forged|false|stole}, "
    "{is|was|are} .. fake, жалған екен, check .. that, проверить .. {не укра|не вор}, как проверить, тексер, "
    "how does, does .. detect, {как|how} .. {находит|определяет|finds|detects|works|работает}, didnt steal, "
    "{а|не} украл ли",
)
CONSENTED: Final = idea(
    "с {соглас|разреш|его соглас|ее соглас|письмен}, with .. {consent|permission|agreement}, келісімімен, "
    "рұқсатымен, рұқсатын ал, agreed, согласен, согласил, официальн, лицензию на голос, "
    "{договор|контракт|contract|соглашение} {с|with}, шарт жаса",
)
OWN: Final = idea(
    "{мо|сво|собственн|my|my own|our|өз|менің} {лого|водян|watermark|знак|видео|фото|photo|video|лиц|face|бет|голос|"
    "voice|avatar|likeness|ват|белгі|сурет|ролик}, myself, =себя, с собой, =өзімнің, =мой, =своего, =своим, =свой, "
    "дауысымды, бетімді, логотипімді, собственн",
)
FREE_USE: Final = idea(
    "автору, авторға, =author, автор .. қайтыс, туындыны, шығарма, произведен, =work, =works, еркін, свободно"
)
FINDING: Final = idea(
    "{найти|искать|ищет|іздей|іздеу|find|detect|spot|report|обнаруж|тап} .. {фейк|fake|дипф|deepf|жалған}, {фейк|"
    "fake|жалған|дипф} .. {найти|іздей|тап|find|со мной|with me|of me}, {подделал|подделали|поддельн|faked|"
    "forged} .. {доказ|prove}, safe from, keep .. safe, обезопас, {someone|somebody|they|he|she} {filmed|recorded|"
    "posted|copied} {me|my}, бетіммен, со мной, of me, youtube {поставил|навесил|added|put}",
)
YES_NO: Final = re.compile(
    " (?!est )[a-z0-9]+ li "
    "|^ (?:do|does|should|must|can|may|am|are|is) (?:i|it|we|they|influencers|blogers|creators) |"
    + "|".join(f" {' '.join(words(one))} " for one in ("керек пе", "бола ма", "болады ма", "міндетті ме", "қажет пе"))
)
"""Whether something may or must be done is asked, not how."""
AVOIDED: Final = idea(
    "{sees|see|detects|find|finds} no {violat|infring}, не {определ|увид|замет|наш} .. наруш, "
    "бұзушылықты {байқама|көрме}, "
    "не {пришили|впаяли|влепили} .. {закон|штраф|нарушен} .. закон, не {пришили|впаяли|влепили}, "
    "{not|dont} {get|be} held {liable|respons|account}, {обзор|видео|ролик|пост|статью|критик} на меня, "
    "маған {керегі|керек|сын|айтшы|көмектес|үйрет}, {и|чтоб|чтобы} .. не {штраф|оштраф|посад|засуд|наказ|привлек|"
    "подал}, {not|dont} {get|be} {fined|sued|punish|held|liable}, {without|avoid} .. {=fine|=fined|punish|penalt|"
    "liab|being sued}, избежать {ответств|наказ}, айыппұлсыз, {жауап|айыппұл} .. {тартылма|құтыл|қаш|жалтар}, "
    "жауапкершіліксіз, жазасыз, не отвечать за",
)
"""What looks like a penalty or a victim, but is what somebody wants to escape or to take down."""
TREATY: Final = idea(
    "w 8, w8, =сша, =ақш, =us, =usa, америк, american, =америка, двойн, double, treaty, законн, легальн, legal, "
    "lawful, заңды, льгот",
)
SPOTTED: Final = idea(
    "{spot|detect|recogn|tell|распозна|отлич|провер|тексер|ажырат|анықта} .. {фейк|fake|бот|bot|накру|жалған}"
)
