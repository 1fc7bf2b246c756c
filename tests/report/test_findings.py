from matinee.report.findings import (
    ENOUGH,
    MOST_SEGMENTS,
    list_depths,
    list_models,
    list_segments,
    say_coverage,
    say_depth,
    say_doubt,
    say_headline,
    say_runner_up,
    say_segments,
)


def segment(name, n, mean):
    return {"segment": name, "n": n, "mean": mean, "se": 0.01}


def test_models_are_sorted_best_first_and_those_undefined_last(evaluation):
    evaluation["models"]["linear"] = evaluation["models"]["popular"] | {"ndcg@100": 0.3}
    evaluation["models"]["cold"] = evaluation["models"]["popular"] | {"ndcg@100": None}
    assert [row.name for row in list_models(evaluation)] == ["linear", "blend", "popular", "cold"]


def test_the_headline_sets_the_live_model_beside_plain_popularity(evaluation):
    said = say_headline(list_models(evaluation))
    assert "NDCG@100 0.250 and recall@20 0.200, beside 0.200 and 0.100 for plain popularity" in said
    assert "+0.050, 95% interval +0.030 to +0.070" in said


def test_a_model_that_loses_is_said_to_be_worse(evaluation):
    evaluation["models"]["popular"]["live_minus_this"] |= {"difference": -0.05, "low": -0.07, "high": -0.03}
    assert "worse by more than chance" in say_headline(list_models(evaluation))


def test_few_members_are_said_to_be_too_few():
    assert say_doubt(1) == "Too few to tell: 1 member is no ground for a verdict; it takes 30 or more."
    assert say_doubt(ENOUGH - 1).startswith("Too few to tell: 29 members are no ground")
    assert say_doubt(ENOUGH) == ""


def test_the_best_of_the_others_is_named_unless_the_headline_did(evaluation):
    assert say_runner_up(list_models(evaluation)) == ""
    evaluation["models"]["linear"] = evaluation["models"]["popular"] | {"ndcg@100": 0.21}
    assert say_runner_up(list_models(evaluation)).startswith("Against linear, the best of the others: better")


def test_a_segment_of_few_members_gets_no_word(evaluation):
    small = segment("IS", ENOUGH - 1, 0.9)
    evaluation["segments"] = {"country": [small, segment("NO", 400, 0.3), segment("US", 600, 0.2)]}
    said = say_segments(list_segments(evaluation)[0])
    assert said == "NDCG@100 is highest for NO (0.300, 400 members) and lowest for US (0.200, 600 members)."


def test_of_many_countries_the_largest_are_shown(evaluation):
    rows = [segment(f"A{chr(65 + i)}", 100 + i, 0.2) for i in range(MOST_SEGMENTS + 3)]
    evaluation["segments"] = {"country": rows}
    table = list_segments(evaluation)[0]
    assert [n for _, n, _ in table.rows] == list(range(100 + MOST_SEGMENTS + 2, 102, -1))
    assert table.left_out == 3
    assert "3 more are left out" in say_segments(table)


def test_depth_tells_both_known_ends_and_skips_models_without_it(evaluation):
    evaluation["depth"]["linear"] = None
    lines = list_depths(evaluation)
    assert [name for name, _ in lines] == ["blend", "popular"]
    assert "blend 30.0% at place 1 and 30.0% at place 99" in say_depth(lines)


def test_coverage_names_the_model_that_shows_most(evaluation):
    evaluation["models"]["popular"]["coverage@20"] = 0.5
    said = say_coverage(list_models(evaluation))
    assert said == "The live model shows 14.0% of the titles to somebody; popular shows most, 50.0%."
