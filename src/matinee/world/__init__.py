"""A seeded simulated service whose truth is known, for tests, demos and rooms that need to know what is really so.

    settings   the dials, and three presets: taste_ruled, freshness_ruled, mixed
    works      films and series as arrays: genres, keywords, hidden vectors, quality, release
    catalogue  the table of titles, with seasons and episodes; names, words: invented names and synopses
    cast       people and credits
    audience   members and their hidden tastes; pace: how often they come
    truth      utilities and choice probabilities: a multinomial logit with an outside option
    choice     exact draws from it; dice: random numbers that do not depend on the order of the work
    watching   the episodes, times and seconds that follow from a choice; clock: the calendar of the log
    viewing    the log as frames, in chunks of time; visits: also those that end with nothing, as exposures
    service    the whole without its log; simulate: the whole with its log

    world = simulate(WorldSettings.mixed(), np.random.default_rng(7))
    best = true_utility(world.truth, member_rows, title_rows, at)     # the ranking that nothing can beat

It writes no file: a caller saves the frames. The same settings and seed give the same world on the same machine.
"""

from matinee.world.service import World, build_world
from matinee.world.settings import WorldSettings
from matinee.world.simulate import simulate
from matinee.world.truth import Truth, affinity, choice_probabilities, true_utility
from matinee.world.viewing import simulate_views
from matinee.world.visits import show_newest

__all__ = [
    "Truth",
    "World",
    "WorldSettings",
    "affinity",
    "build_world",
    "choice_probabilities",
    "show_newest",
    "simulate",
    "simulate_views",
    "true_utility",
]
