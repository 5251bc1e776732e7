"""cakap-search optimize: the index in one segment."""

from index.messages import format_number, gettext
from search.cli.options import Settings


def run(settings: Settings) -> None:
    """Merge the segments of the index into one, without the deleted articles."""
    from index.pipeline import optimize
    from index.segments.commit import INDEX_FOLDER

    before, after = optimize(settings.folder, settings.config)
    old_mb, new_mb = (
        commit.size_bytes(settings.folder / INDEX_FOLDER) / 1e6 for commit in (before, after)
    )
    deleted = sum(entry.deleted for entry in before.segments)
    print(
        gettext(
            "segments: {old}, now {new}; deleted documents: {deleted}, now 0; size: {old_mb} MB,"
            " now {new_mb} MB",
            old=len(before.segments),
            new=len(after.segments),
            deleted=format_number(deleted),
            old_mb=format_number(old_mb, 1),
            new_mb=format_number(new_mb, 1),
        )
    )
