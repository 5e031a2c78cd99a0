"""Ordinary words that look like a verb or like a slip of a schedule's word, and are neither.

`результаты` ends as a Kazakh past tense does, `деньги` is one letter from `день`, `special` ends as a Russian verb in
Latin letters. They were found by passing the commonest words of both languages through the grammar. Words one letter
away from a weekday, a month or a part of the day are left out on purpose (`карта`, `ветер`): those may be slips. So
are people, who do things, and words of time. Exact forms only, since other forms are other words.
"""

_RU = """
ёлка ёлки ёлку ёлке ёлкой елка елки елку елке кризисы зарядка зарядку зарядки
аварию авария автобуса автобусе автомобили авторитет авторского авторской адмирала адреса академии акта актера
алгоритм альбома альтернатива альянса аналитика аналогии аппарат аппетит аренда аренды арене арест арсенал арсенала
атака атаке атаки бактерии бактерий бал баланса балет бассейна башня бедная бедного белую белыми бензина билет билета
билеты битвы богатым бойца бокал бокса бомба борьба борьбе ботинки боя брак браслет бремя бригады букеты бутылка
бутылки быстрый бюджет важная важного вал вала валют валюты великим вера верное верные верным вертолет верхние веса
весе веселья ветер вечеринка вечеринки вечеринку вечная вечного вечное вечной вечность вечные вечный взгляды видение
видения визит визита вируса внешнее внешний внутренние водные водных военная военного военному военную возможностей
возможности возможность возможностью воина война вокзал вокзала ворот восстания востоку восторге вторжение вторжения
вулкан вывода выводы выгоды выкупа вылет вылета высокий высоким высота высоте высоты выстрел выстрела высшая высшее
высшей высшем высшим высшую газет гарантии гарантий ген генерала глубина глубине головной голода голоса готовой
готовый грамм грамоты грани гриппа громкий двигатели дебют деление дело денег денежной денежные деньгами деньгах
деньги детали дефицит джинсы дождей доклада докладе доклады доктора долины доллара донецкий доставка доставки
достойный доступа дочери драма дружба дружбе дуэт дуэты дым дыма единой епископа жалоб жалобу жалобы железный желтые
женщин женщине живым живыми жизни жилой жилые жилых жилье жилья журнал журнала заводы загадка загадки зал зала замысел
запас запаса запасе запасы записей записка записки записку заряда затрат зеленой зеленый зеленым зелёный земного
зеркала зеркало змей знамени знаменитым золотым зрение идеал изделия имени иммунитет индекса иностранный инспекции
инстанции институт института институте институты интереса интересам ислама истина истинное истинные истинный истины
истоки истребители исходе кабинет кабины казанского казанской календарь каменный канадский капитал капитала карандаш
кармана кармане карманы картами картин картина картине картины катание катанию катер квадрат квест квесты класса
классе классика климата клиника клинике клиники клуб клуба клубе клубов клубы ключи кодекса колеса колледжа комедии
комитет комментарии комментарий коммунизма комплекса комплексе конгресса конгрессе конкурентов конкуренции конкуренция
контексте конторы контракт контракта контракты корабли коренные корпуса корпусе космодрома космоса космосе костер
костюма костюме кошку крайний красную кредит кризиса критерии крутым крыла крыло крыша крыши кубка культуры купе
курган курение лагерь лампа левая левого левую легкий лента ленте ленту ленты леса лесного лесной лечение лечении
лимит лицензии лицензию ловушки логика логике логики лошади луч лёгкий магазин магазина магазине магистрали майки
марки марша маршрут массовое масштаба масштабе материала материи медалей медали медалью мемориал местного местной
местном местность местную местные местный местным местными местных месть механизма милым минской мирным миссии миссия
мистера митинге моделей модели моделью молекул молния молодым монет морали мощное мощной мощные мыло мяса набором
награды нагрузка нагрузки надежда надежде надежды налога натрия начальная начальной неба небе небес небеса небесный
немецкого ненависть нервной низкие низким низких низкого низкой новейшей новейшие новом новому новыми ногам ногами
номера номере норма норме носа нужного нужную обиды области обмена оборот общему общении общим общин община
объединение объединении объединений объединения объединенных объекта объекты объеме объяснений обычный огромный одеяло
округа округе олимпиады опасный орбите орбиты орган организма организме оригинал основы останки острый отдела открытым
отличный отряды офиса офисе очереди очистки ошибки пакет пакета пакеты палатки памяти панели папе паруса патриотизма
патроны пенальти передовые передовых перемен перемены переписи персонал персонала печали печени печенье пещеры пила
писем пистолет письма письме планет платформа платформе платья племени плоть площади плюсы победы поведении повести
повода погода погоде погоду погоды подбора подвал подвиг подвиги подростка подушки подхода показ показа показаний
показатели показатель полевые полезным полет полиция полная полного полное полной полном полноценный полную полные
полным полных половой полоса полосе полости полосы полотна полуфинал поля поместье порога пороге порода портал портала
портрет посадка поселение поселений постели постель посылки потенциал потенциала потери поток потока потоки похода
почву почек почерк почета почетным поэма поэта поэтом пояс пояса правая правде правду правды правовое правого правую
предмет прекрасный премию премия препараты пресса прессе прибыли приема приеме пример примера примере примеров
примером примеру примеры принципа принципе приоритет причин причина причине приют приятная приятного проблема проблеме
провал провала программа программе прогресса пропасть просмотр просмотра простая простого простое простой простую
простые простым процесса процессе прощание прощения прямая прямого прямую пустая пустыне пустыни пыли пьеса пьесе
работниками ракет рамки расчет расчета расчете расчеты регион региона регионе регионы реестра режима режиме результат
результаты резюме религии релиз ремень рене референдума реформа реформе рецепты речной решение решении решений римский
риса риска ритуал родную российский ручной рынка рынке рынки рыночной ряда ряды сайта сайте сайты саммит саммита
самолет самолёт санаторий сахар сборки сборник сборника сборнике сборники свадьба свадьбе сведений свет свете свитер
свобод свобода свободе свободу свободы святая святого святое святым сделки севера севере северу секрет секреты села
село семейное семейной семейные семейным семейных семена семинар семинары семян серая сервиса серого серьезный сессия
сигарет сигнала сиденье сил сила сильный синим систем система системе скандал скандала скелет склада складе склады
слезами сложную служба службе смертный снежного событий современный созданный солдат сортов соседей соседнего соседней
соседнем соседние соседних состав социализма спирта споров споры способа спроса ссоры ссылка ссылке ссылки ссылку
стадии стакан старая стариков старого старой старому старости старую старые старым старыми старых статуи статуса
статусе статье стена стенами стене стенки стены столицы столы сторона сторонам стороне стороны странные страсти
стратегии стрела стресс стресса строгий строгой строение стул ступени судами судьба судьбе сумме схема схеме схему
съезда съезде сюжет табака таблица таблице таблицы тайна тайне тайну тайны тайный такси тактика тактики тактику
таланта таланты танец тела телефон телефона телефоне телефонный телефоны тело теме теорема термин термина терминал
терпение тетради типичный титул титула тишина тишине толпа толпе толщина тона топором точка точке точки точкой точный
травма трагедии трасса трассе трассы труба туалет турецкий удары ужаса узел уме умение университет ураган усадьба
установки уступки устья участка участков учение учений ученым ущерб ущерба факел факультет феномен ферма ферме феррари
филиал филиала финал финала финальный фирме форма формата формате форме формула фортепиано форума форуме хаоса хлеба
холма храма храме цветной цветные цветов цветы целевой части частной частную частные частным чашки чашку чашу черепа
черное черной черном черную черные черный черным черных чертой честное честные честный честным честью чисел чистая
чистого чистое чистой чистую чистый чистым чтение чудеса чёрной чёрные чёрный шаги шагом шар шарик шарики шары шествие
ширина ширины широкие широкий широким широких широкое широкой широком шлем шлема шоке шоссе штаба штабе штаны штата
штате штаты штрафа штрафы штурма шума шуток щит экипаж элемент элемента элементы эссе этапа этапе южную языка языке
языки ящика ящики
"""
_EN = """
crises
accidental action actual actually additionally admiral agricultural airline alien alternative altitude amazing anatomy
annual appealing appreciation approval architectural arrival arsenal artificial ashes automatically bail ball banana
barrier baseball beast beings belief beliefs beneficial biblical bills binary biological blade bottom boundary brains
branch break brothers browser brutal bunch buses button canal cancer capital captain cardinal carnival carriage
carrier cases casual cathedral cells center central chance charter chemical chill christian christians civil classical
clients clinical clock coal coastal cocktail colleagues college colonial comments commercial competition confidential
congressional constitutional continental controversial conventional coral council criminal critical critically crucial
crystal cultural cyber decent defence defender defense density dental destiny detail devil differential digital
dimensional divine doctrine dollars dramatically drill earnings easily eastern economically editorial elderly
electoral electrical element embassy emotional emotionally engine entity environmental enzyme equal equally especially
essential essentially estate eternal ethical events evil excess expert external facial faster fatal feast federal
female fiber fictional fields filter final financial financially fiscal formal formally fortunate fortunately fortune
fossil fridge fried friendly functional fundamental funeral gallery gender general generally genuine geographical
geological glasses global globally governmental grade gradually grande hall happily heavily heels hill hills
historically hole honesty honored horizontal horrible hospital hostage hunter hunting ideal identical illegal
illegally image imperial indian individual individually industrial influential informal initial inner insane inside
insights instinct institute institutional integral intellectual intense intent intentionally internal international
internationally judicial ladder large laser layer league legal legally legends legion letter liberal licenses lighting
literally locally locals location logical looking losses lottery lowest loyal luckily magazine maiden mall manga
manual marina marine maritime marriage marshal marshall martial martin mathematical mechanical medal medical medieval
message metal mighty military mills mineral miners minimal minister misery misleading missile monkeys monster moral
mortal mothers municipal mutual mystery naming national nationally natural naturally naval necessarily necklace needle
neighborhood neighborhoods neighbourhood neutral newest newly nightmare normal normally notable official officially
oil optical optimal oral organizational original oval oxygen parking patches patriots patrol pattern pencil peoples
personal personally pharmaceutical philosophical physical physically pill pills pirate plot poetry polite political
politically portal possible postal potential potentially practical practically precious presidential principal
professional programming promotional property proposal provincial punch quality queen racial radical rail rational
real rebels recreational region regional regions remote rental residential respective retail revival rider riding
rings risky ritual rival roster royal rural sand santa satellite savage scandal scholar secular sentiment severe
shipping shocking shortage shoulder showcase sides silly single singles sisters skating skirt smaller social socially
soil sorts sounding special specially specifically spider spinal spiral spiritual sports stage static station
statistical steadily steady sterling stones storm strategy stress striker striking strips stroke structural
substantially summary sunshine superb supernatural surprise survival system tactical tall tasty taxi technical
technically tender terrain territorial theoretical thermal threat threats thriller timeline toddler tone tony tourism
toxic trade trading traditional traditionally train trained trainer trains tribal tribunal tropical typical underlying
unity universal unusual urban vaccine vanilla variation variety vector verbal vertical viable victim villa village
villain vintage vinyl viral virtual virtually visible visual vital vitamin vocal vocals volleyball voltage voyage wall
warming weather website weights whale widely witch worker workers workforce workplace
"""
ORDINARY = frozenset(_RU.split()) | frozenset(_EN.split())
