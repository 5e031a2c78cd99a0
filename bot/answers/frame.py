"""Words that frame a question and say nothing about its subject, folded: "можно ли", "бола ма", "do I need to"."""

from __future__ import annotations

from typing import Final

from bot.answers.fold import words

_KK = """
бола болады болама болмай болмайды ма ме ба бе па пе қалай қандай қашан қайда қайдан қай қанша неге не немене керек
керекпе қажет мүмкін мен сен сіз біз ол олар менің менде маған мені сізге және немесе әлде ғой деген деп егер онда
сонда бар жоқ емес үшін туралы жайлы бойынша осы бұл сол мына істеу істеймін істей аламын алам алады алмай беру айтшы
айтыңызшы айтыңыз көмектесіңізші көмек сәлем сәлеметсіз рахмет рақмет өтінемін екен еді болса болсам болдым да де та
те қой ғана тағы енді қазір
"""
_RU = """
можно можна ли нужно надо нельзя как что такое это где куда когда почему зачем сколько какой какая какие какое кто а
и но или если то же бы в на с со по к ко у о об за из от до для при не ни я мне меня мы нас нам вы вам он она они
мой моя мое мои мою свой свою свои есть ли быть буду будет было делать сделать могу может можете подскажите скажите
пожалуйста плиз привет здравствуйте спасибо ребята народ вообще просто типа короче вот там тут уже еще только так ну
чтобы чтоб ведь правда должен должна должны имею имеет хочу
"""
_EN = """
can could may might do does did i me my we our you your a an the is are am be was it its this that these those to of
in on for with and or if what how when where why who which should would will need must have has there any some please
hi hello thanks just so about at from by not dont get tell know okay ok im
"""

FRAME: Final = frozenset(word for text in (_KK, _RU, _EN) for word in words(text))
