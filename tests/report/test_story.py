from matinee.report.story import Act, render_story

MADE = {"date": "2026-11-22"}


def test_acts_become_sections_with_their_tables():
    acts = [Act("One", ("It begins.", "– a point")), Act("Two", (), ("who", "what"), (("Ada", "<b>"),))]
    page = render_story("A story", acts, made=MADE)
    assert "<h2>One</h2>" in page
    assert '<p class="aside">– a point</p>' in page
    assert '<th scope="row" class="short">Ada</th>' in page
    assert "&lt;b&gt;" in page
    assert page.count("<table>") == 1
