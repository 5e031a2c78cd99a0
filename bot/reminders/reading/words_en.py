"""English words that a schedule is made of. The format of the table is explained in `lexicon`."""

TABLE = """
wd 1 = munday monady monday mon mnday mondy
wd 1 pl = mondays mons
wd 2 = tusday tuesdey tuseday tuesady tuesday tue tues teusday tuseday
wd 2 pl = tuesdays
wd 3 = wendsday wednesdey wedensday wenesday wednesday wed weds wensday wednsday wednessday
wd 3 pl = wednesdays wensdays
wd 4 = thersday thurday thursdey thrusday thursday thu thur thurs thirsday
wd 4 pl = thursdays
wd 5 = fryday friady fridey friday fridy fri firday
wd 5 pl = fridays fris
wd 6 = satuday saturdey satarday saturday sat saterday
wd 6 pl = saturdays sats
wd 7 = sunday sun sundy
wd 7 pl = sundays suns

set daily = once_a_day once_per_day once_daily one_time_a_day daily everyday every_day each_day every_single_day
  day_by_day all_days 7_days_a_week seven_days_a_week
  all_week all_seven_days any_and_every_day every_day_of_the_week
set workdays = m-f m_f wkdays wkday weekdays workdays every_weekday each_weekday every_workday working_days work_days
  business_days workday weekday every_working_day every_business_day weekdaily each_workday every_work_day school_days
set 135 = mwf
set 24 = tth tuth
set weekend = wkends wknds wknd wkend weekend weekends every_weekend each_weekend

part en-morning adv = morning mornin in_the_morning of_the_morning
part en-morning pl = mornings
part en-morning every = every_morning each_morning
part en-afternoon adv = afternoon in_the_afternoon
part en-afternoon pl = afternoons
part en-afternoon every = every_afternoon each_afternoon
part en-evening adv = evning evenig evening in_the_evening eve
part en-evening pl = evenings
part en-evening every = every_evening each_evening
part en-night adv = night at_night in_the_night nite
part en-night pl = nights
part en-night every = every_night each_night nightly
part en-am gen = am a_m
part en-pm gen = pm p_m
part en-tonight tonight = tonight tonite
meal x = lunch breakfast dinner supper lunchtime dinnertime brunch lunchbreak

noon x = noon midday noontime
midnight x = midnight

num 0 = zero oh
num 1 = one
num 2 = two
num 3 = three
num 4 = four
num 5 = five
num 6 = six
num 7 = seven
num 8 = eight
num 9 = nine
num 10 = ten
num 11 = eleven
num 12 = twelve
num 13 = thirteen
num 14 = fourteen
num 15 = fifteen
num 16 = sixteen
num 17 = seventeen
num 18 = eighteen
num 19 = nineteen
num 20 = twenty
num 30 = thirty
num 40 = forty fourty
num 50 = fifty
hundred x = hundred hundred_hours
halfhour x = half_an_hour half_hour half_a_hour
onehalfhour x = an_hour_and_a_half one_and_a_half_hours hour_and_a_half one_and_half_hours
halfyear x = half_a_year half_year six_months_long
half en = half
quarter en = quarter a_quarter
past x = past after
to x = to till before of
oclock x = oclock o_clock hrs h hours

nth 1 = first 1st
nth 2 = second 2nd
nth 3 = third 3rd
nth 4 = fourth 4th
nth 5 = fifth 5th
nth 6 = sixth
nth 7 = seventh
nth 8 = eighth
nth 9 = ninth
nth 10 = tenth
nth 11 = eleventh
nth 12 = twelfth
nth 13 = thirteenth
nth 14 = fourteenth
nth 15 = fifteenth
nth 16 = sixteenth
nth 17 = seventeenth
nth 18 = eighteenth
nth 19 = nineteenth
nth 20 = twentieth
nth 30 = thirtieth
nth -1 = last

month 1 = january jan
month 2 = february feb
month 3 = march mar
month 4 = april apr
month 5 = may
month 6 = june jun
month 7 = july jul
month 8 = august aug
month 9 = september sep sept
month 10 = october oct
month 11 = november nov
month 12 = december dec

unit minute = minute minutes min mins
unit hour = hour hours hr hrs
unit day = day days
unit week = week weeks wks
unit month = month months mth mths
unit year = year years yr
unit second = seconds secs sec

rel 0 = today tdy
rel 1 = tomorrow tmrw tmr tomorow tommorow tomorrw 2morrow tmrrw
rel 2 = day_after_tomorrow the_day_after_tomorrow
this x = this
next x = next nxt
coming x = coming upcoming this_coming the_coming nearest closest
once x = only_this_once just_this_once this_once just_this_one_time only_one_time just_the_once once just_once
  only_once one_time one-time one_off one-off single_time
every x = every each ea evey eveery evry ever evrey eveyr everi
other x = other alternate
times x = times time_s
twice x = twice thrice

weekly 1 = weekly every_week each_week once_a_week once_per_week once_every_week week_after_week a_week_once
  one_time_a_week one_per_week one_a_week 1_per_week
weekly 2 = biweekly bi_weekly fortnightly every_fortnight every_other_week every_second_week once_every_two_weeks
    every_two_weeks every_2_weeks alternate_weeks every_alternate_week once_a_fortnight once_in_two_weeks
  each_second_week
  each_other_week
perday x = a_day per_day
perweek x = a_week per_week each_week weekly_times
monthly x = monthly every_month each_month once_a_month once_per_month
ofmonth x = of_the_month of_every_month of_each_month of_month in_the_month in_each_month in_every_month each_month
  every_month a_month per_month of_a_month monthly
everyother day = every_other_day every_second_day alternate_days every_two_days each_second_day

fn at = at on
fn from = from since
fn starting = starting beginning commencing start begin starts starting_on begin_on
fn until = until till til up_to untill up_until ending end ends to_the
fn through = through thru to
fn for = for over during for_the_next over_the_next the_next next for_the for_a for_another
fn in = in
fn later = from_now later
fn after = after
fn except = except_for except excluding but but_not apart_from minus besides aside_from other_than not_on
fn or = or either
fn and = and plus also and_then as_well_as then and_also n
fn endof = end_of the_end_of the_end_of_the end_of_the end
fn whole = all whole entire the_whole all_of the_entire throughout the_whole_of whole_of all_through the_entirety_of
fn newyear = new_year the_new_year new_years
fn approx = ish no_later_than not_later_than at_the_latest or_so or_later or_earlier at_the_earliest
fn vague = approximately approx roughly circa sometime somewhere nearly almost
fn fuzzy = in_the_region_of in_the_neighborhood_of around about approximately approx roughly before after by between
  circa sometime somewhere nearly almost past
fn atleast = at_least minimum at_most
fn respectively = respectively

zonemark x = time timezone time_zone tz zone
local x = local local_time my_time my_local_time

outlet youtube = youtube yt ytube you_tube utube youtub yutub youtubee youtoube youtube_channel ytb yewtube
outlet shorts = shorts short_s youtube_shorts yt_shorts youtube_short yt_short shortz ytshorts
outlet tiktok = tiktok tik_tok tt tiktoks tiktock ticktock tik_toks tictok tictoc tictac tik-tok
outlet instagram = instagram insta ig reels reel insta_reels ig_reels instgram instagrm instagramm insta_reel
  instagram_reel reelz instagram_reels inst igtv instagram_stories
outlet telegram = telegram tg telega telegramm telegram_channel tg_channel tgram
outlet podcast = podcast podcasts pod podcst podkast
outlet vk = vk vkontakte vk_video vk_clips vkvideo vk_clip
"""

FILLERS = """
fill ask = wake wake_me wake_me_up remember keep_in_mind bear_in_mind note_it_down write_it_down jot_it_down note_down
  write_down pencil_in
    pencil_me_in put_me_down put_it_down remind reminder reminders reminding notify ping nudge alert poke tell prompt
  buzz
  put schedule set setup set_up create make add should_remind send keep help
fill do = post posting publish publishing published upload uploading release releasing drop dropping drops share
  sharing
  stream streaming record recording film filming shoot shooting edit scheduled scheduling plan planning could
  start_posting go goes live go_live comes come out airs air airing sending write writing ask begin_posting
fill aux = should i_should we_should must we're want wanna need like would can please going gonna will_be will lets
  let's let agree i'll ill i'd i'm doing do
  wish love trying try aim aiming intend begins commit should_remind
fill noun = uploads releases recordings launch launches premiere premieres teaser teasers stats statistics newscast
  release
  holiday_post holiday_posts holiday_video holiday_special holiday_greeting holiday_greetings music video
    videos ep eps vid vids vlog vlogs clip clips post posts content episode episodes song songs track tracks article
  articles
    stream streams livestream livestreams show shows interview interviews tutorial tutorials review reviews lesson
  lessons
  meme memes news digest recipe recipes tips tip story-time channel channels account profile page group blog feed
  schedule subscribers audience viewers followers fans slot series season project piece stuff material photo photos
  picture pictures carousel
fill x = good_morning good_evening good_night good_afternoon good_day both both_times keep_me_honest in_advance
  ahead_of_time beforehand no_excuses no_matter_what rain_or_shine without_fail for_real
    fyi btw by_the_way same_time same_old honest promise finally actually really lets_say let_us_say days_are
  upload_days_are posting_days_are my_days_are kazakh i_was_thinking i_am_thinking
    i_have_been_thinking ive_been_thinking ai have_to need_to has_to got_to gotta i_have_to supposed_to schedule_is
  day_is
    plan_is slot_is me my mine our ours us you your i we it its it's the a an of for to in with some new fresh short
  long
    long-form longform another one_more more again please pls plz plss thanks thank thx ty hi hello hey yo bro buddy
  dude
  tirek bot so that dont_forget don't_forget do_not_forget not_forget don't_let_me_forget so_i_dont_forget
  dont_let_me_forget never_forget wont_forget won't_forget forget_to not_to_forget not_miss dont_miss don't_miss
  not_to_miss always regularly regular consistently exactly sharp precisely just only ok okay well then there here
    from_now_on going_forward in_a_row straight consecutive consecutively ideally as is_possible day days on be and up
  out
    too about if_possible if_you_can if_thats_ok if_thats_okay kindly basically like jokes_aside joking_aside
  kidding_aside um uh uhh umm erm hmm yeah yep right
    alright my_own own solo big small quick daily_vlog local first_thing everything ready weekly_show good great nice
  cool
  simple week
story x = stories story newsletter newsletters
polite x = can_you could_you would_you will_you can_i could_i may_i can_we could_we would_it_be_possible
  is_it_possible_to possible_to shall_we would_you_mind
stop no = not no never dont don't do_not doesnt doesn't wont won't cant can't cannot shouldnt shouldn't didnt didn't
  nope isnt isn't wasnt stop_it
stop no = why when what whats what's where who whom whose which how is are does did do_you do_i should_i has have had
  was were been being whether wonder wondering
stop no = delete cancel remove move reschedule change pause resume skip stop disable undo edit_my edit_the update
  turn_off turn_on switch swap replace instead postpone snooze shift show_me list view erase clear unsubscribe rename
  mute push rather
unclear x = shirts shirt
stop no = best busy taken booked meet meeting call class classes gym training workout works worked
stop no = yesterday ago previous past_week already used_to posted uploaded missed forgot published_it dropped recorded
stop no = gives gets takes makes calls wants needs likes loves hates says said asks asked plays sleeps eats drinks
  watches opens closes happens brings leaves lives reminds hate sleep
stop no = he she they his her their them him friend friends competitor someone somebody people everyone everybody guys
  best_time views likes reach algorithm copyright law tax strike claim license better worse than if because would_have
  think thought believe mother mom dad brother sister boss client team colleague
stop other = sometimes often occasionally several few couple some_days random randomly any anytime whenever someday
  soon
  later early late summer autumn fall winter spring quarterly holidays holiday vacation ramadan eid christmas easter
  yearly annually hourly every_hour alternating alternately facebook twitter twitch threads
  rutube linkedin snapchat whatsapp spotify discord patreon email biannual even odd middle beginning_of start_of dawn
  sunrise sunset dusk afterwards mid weeknights weeknight unless maybe perhaps possibly half_seven school glitches
  crashes lags freezes breaks fails dies drains slow
"""
