"""From an empty folder to a page with reasons, in Python: a simulated log, a model, one member.

python examples/recommend.py [FOLDER]
"""

import sys
import tempfile
from datetime import UTC, datetime
from pathlib import Path

import matinee

folder = Path(sys.argv[1] if len(sys.argv) > 1 else tempfile.mkdtemp()) / "service"
service = matinee.create_service(folder)
world = matinee.WorldSettings(members=500, titles=100, days=60)
summary = matinee.import_world(service, world, seed=1)
print(f"{summary.counts['views'].added:,} views in {folder}")

manifest = matinee.train(service, now=datetime.now(UTC))
print(
    "NDCG@100 on the last tenth of the log:", {k: round(v, 3) for k, v in manifest["metrics"]["inner ndcg@100"].items()}
)

recommender = matinee.load_recommender(service)
member_id = recommender.members["member_id"][0]
for title in matinee.recommend_member(recommender, member_id, k=5)["titles"]:
    first = title["because"][0]
    print(f"{title['name']:40} {title['score']:+.2f}, most of it {first['kind']}: {first['name'] or 'by everybody'}")
