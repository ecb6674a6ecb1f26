using Chain.Node;
using Chain.Primitives;

namespace Chain.Bench;

/// <summary>What a hostile peer says to a request; null says nothing.</summary>
public delegate ValueTask<WireMessage?> AnswerRule(WireMessage request, CancellationToken cancellation);

/// <summary>Ways to answer requests.</summary>
public static class Answers
{
    /// <summary>The longest delay that a node still takes for an answer: just below its time-out of 4 s.</summary>
    public static readonly TimeSpan JustInTime = TimeSpan.FromMilliseconds(3500);

    /// <summary>Says nothing.</summary>
    public static readonly AnswerRule Never = static (_, _) => ValueTask.FromResult<WireMessage?>(null);

    /// <summary>Answers that it has nothing of what was asked for.</summary>
    public static readonly AnswerRule Empty = static (request, _) => ValueTask.FromResult(EmptyAnswer(request));

    /// <summary>The same answer, later.</summary>
    public static AnswerRule Slowly(AnswerRule rule, TimeSpan delay) => async (request, cancellation) =>
    {
        await Task.Delay(delay, cancellation);
        return await rule(request, cancellation);
    };

    /// <summary>Answers requests for headers with these, whatever was asked for, and all else by another rule.</summary>
    public static AnswerRule SameHeaders(IReadOnlyList<SealedHeader> headers, AnswerRule otherwise) => (request, cancellation) =>
        request is WireMessage.GetBlockHeaders ask
            ? With(new WireMessage.BlockHeaders(ask.RequestId, headers))
            : otherwise(request, cancellation);

    /// <summary>Asks a real node, over the connection of another peer, and passes its answer on.</summary>
    public static AnswerRule RelayedBy(HostilePeer guide) => async (request, cancellation) =>
    {
        return request switch
        {
            WireMessage.GetBlockHeaders ask => Readdressed(ask.RequestId, await Ask(id => ask with { RequestId = id })),
            WireMessage.GetBlockBodies ask => Readdressed(ask.RequestId, await Ask(id => ask with { RequestId = id })),
            WireMessage.GetSidecars ask => Readdressed(ask.RequestId, await Ask(id => ask with { RequestId = id })),
            _ => EmptyAnswer(request),
        };

        Task<WireMessage?> Ask(Func<ulong, WireMessage> question) => guide.AskAsync(question, cancellation);
    };

    /// <summary>Where this rule has nothing, says so only just in time.</summary>
    public static AnswerRule EmptyOnesSlowly(AnswerRule rule) => async (request, cancellation) =>
    {
        var answer = await rule(request, cancellation);
        var isEmpty = answer is WireMessage.BlockHeaders { Headers.Count: 0 } or WireMessage.BlockBodies { Bodies.Count: 0 };
        if (isEmpty) await Task.Delay(JustInTime, cancellation);
        return answer;
    };

    /// <summary>This answer, at once.</summary>
    public static ValueTask<WireMessage?> With(WireMessage answer) => ValueTask.FromResult<WireMessage?>(answer);

    /// <summary>The answer that holds nothing; null for what is no request.</summary>
    public static WireMessage? EmptyAnswer(WireMessage request) => request switch
    {
        WireMessage.GetBlockHeaders ask => new WireMessage.BlockHeaders(ask.RequestId, []),
        WireMessage.GetBlockBodies ask => new WireMessage.BlockBodies(ask.RequestId, []),
        WireMessage.GetSidecars ask => new WireMessage.Sidecars(ask.RequestId, []),
        WireMessage.GetPooledTransactions ask => new WireMessage.PooledTransactions(ask.RequestId, []),
        WireMessage.GetReceipts ask => new WireMessage.Receipts(ask.RequestId, []),
        _ => null,
    };

    // What was answered to the guide's question, as the answer to the question that it stands for.
    private static WireMessage? Readdressed(ulong id, WireMessage? answer) => answer switch
    {
        WireMessage.BlockHeaders found => found with { RequestId = id },
        WireMessage.BlockBodies found => found with { RequestId = id },
        WireMessage.Sidecars found => found with { RequestId = id },
        _ => null,
    };
}
