import pytest

HEADER = "candidate_id,name,kind,runtime_minutes,genres,year,price\n"


@pytest.fixture
def offers(tmp_path):
    path = tmp_path / "offers.csv"
    path.write_text(
        HEADER + "a,Night of Stars,film,100,Drama,2024,\nb,Laughs,series,30,Comedy,2024,\nc,Odd,film,90,Drama,2024,5\n"
    )
    return path


def test_audiences_are_told_as_counts_without_names(command, world, offers):
    said = command("who", offers, "--service", world, "--json")
    found = said.json
    assert [each["candidate_id"] for each in found["candidates"]] == ["a", "b"]
    assert all(0 < each["audience"] < found["members"] for each in found["candidates"])
    assert all(part["members"] >= 20 for each in found["candidates"] for part in each["country"] + each["taste"])
    assert "line 4, price: '5' is not a price with its currency" in found["notes"][0]
    assert '"m0' not in said.out


def test_the_same_as_a_table(command, world, offers):
    said = command("who", offers, "--service", world)
    assert "Who of 400 members would watch" in said.out
    assert "Night of Stars" in said.out


def test_a_log_too_small_is_one_line(command, tmp_path, offers):
    command("init", tmp_path / "svc")
    said = command("who", offers, "--service", tmp_path / "svc")
    assert (said.code, said.err.count("\n")) == (1, 1)
