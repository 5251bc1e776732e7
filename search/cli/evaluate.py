"""cakap-search evaluate: how well questions are answered whose right answers are known."""

from pathlib import Path
from typing import Annotated

import typer

from index.messages import format_number, ngettext
from search.cli.options import NoExpand, Settings, note


def run(
    queries: Annotated[
        Path, typer.Argument(metavar="QUERIES", help="Number, tab, words; one question a line.")
    ],
    qrels: Annotated[
        Path, typer.Argument(metavar="QRELS", help="Question, 0, article, grade; as TREC has it.")
    ],
    settings: Settings,
    run_file: Annotated[
        Path | None, typer.Option("--run", metavar="FILE", help="Write the hits as a TREC run.")
    ] = None,
    exact: Annotated[bool, typer.Option("--exact", help="Words as written, no stems.")] = False,
    no_expand: NoExpand = False,
) -> None:
    """Measure nDCG@10, the reciprocal rank RR@10 and the recall R@100 of some questions."""
    import search
    from search import evaluate

    questions, judgements = evaluate.read_questions(queries), evaluate.read_qrels(qrels)
    with search.open(settings.folder, settings.config) as engine:
        request = search.Request(exact=exact, expand=not no_expand, limit=evaluate.DEPTH)
        hits = evaluate.asked(engine, questions, request)
    if run_file is not None:
        run_file.write_text("".join(evaluate.trec_lines(hits)), "utf-8")
    for name, value in evaluate.measured(hits, judgements).items():
        print(f"{name:<8} {value:.4f}")
    unjudged = sum(question.number not in judgements for question in questions)
    if unjudged:
        told = ngettext(
            "1 of {questions} questions has no judgement; left out",
            "{count} of {questions} questions have no judgement; left out",
            unjudged,
            questions=format_number(len(questions)),
        )
        note(told, settings)
