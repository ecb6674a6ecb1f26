using Chain.Node;

namespace Chain.Tests;

/// <summary>The answer to a question as text.</summary>
internal static class ReplyText
{
    public static string Of(NodeReply reply, ScriptNames names) => reply switch
    {
        NodeReply.Submitted { Error: null } taken => $"{names.Of(taken.Hash)} taken",
        NodeReply.Submitted { Error: { } error } refused =>
            $"{names.Of(refused.Hash)} refused, {NameOf(error)}: {names.In(PoolErrorText.Of(error))}",
        NodeReply.Work { Package: { } package } => WorkText.Of(package, names),
        NodeReply.Work none => $"no work: {none.WhyNone}",
        NodeReply.WorkSubmitted { BlockHash: { } hash } solved => $"{solved.Verdict}, {names.Of(hash)}",
        NodeReply.WorkSubmitted refused => $"{refused.Verdict}",
        NodeReply.Imported { Error: null } imported => $"imported {imported.Count}",
        NodeReply.Imported { Error: { } error } imported => $"imported {imported.Count}, then {names.In(error)}",
        NodeReply.ConsensusSubmitted submitted => submitted.Error is null ? "taken" : $"refused: {submitted.Error}",
        _ => throw new InvalidOperationException($"No text for {reply.GetType().Name}."),
    };

    private static string NameOf(PoolError error) =>
        error is PoolError.Invalid invalid ? invalid.Error.GetType().Name : error.GetType().Name;
}
