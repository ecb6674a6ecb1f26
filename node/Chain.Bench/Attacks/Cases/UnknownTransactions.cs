using Chain.Node;
using Chain.Primitives;
using Chain.Testnet;

namespace Chain.Bench;

/// <summary>
/// Peers that announce transactions which they do not have, so that the places for those being fetched are taken.
/// </summary>
internal static class UnknownTransactions
{
    private const int PerMessage = 8192;
    private const string Summary = "peers announce 8,192 transactions that do not exist, again and again";

    private static readonly AnswerRule Late = Answers.Slowly(Answers.Empty, Answers.JustInTime);

    public static Attack Attack { get; } = new(18, "unknown-transactions", Summary,
    [
        Of("empty", "answers that it has none of them", PerMessage, 250, Answers.Empty),
        Of("silent", "does not answer", PerMessage, 250, Answers.Never),
        Of("late", "answers that it has none of them, just before the request times out", PerMessage, 250, Late),
        Of("trickle", "announces 64 at a time, a hundred times a second, and does not answer", 64, 10, Answers.Never),
        Of("unasked", "answers with another transaction than those asked for", PerMessage, 250, Unasked),
    ]);

    private static readonly Lazy<Transaction> Other = new(() =>
        PlainTransfers.Sign(DevelopmentAccounts.Keys[9], PlainTransfers.Unsigned(0, DevelopmentAccounts.Keys[9].Address, 1)));

    private static AttackVariation Of(string name, string summary, int count, int pauseMs, AnswerRule answer) =>
        new(name, summary, (scene, _) => Task.FromResult(Announce(scene, count, pauseMs, answer))) { Costs = true };

    private static Func<CancellationToken, Task> Announce(AttackScene scene, int count, int pauseMs, AnswerRule answer)
    {
        var types = Enumerable.Repeat((byte)TransactionType.DynamicFee, count).ToList();
        var sizes = Enumerable.Repeat(120, count).ToList();
        return until => scene.OnEachAsync(perVictim: 2, options => options with { Answer = answer }, PlayAsync, until);

        async Task PlayAsync(HostilePeer peer, CancellationToken canceled)
        {
            while (peer.IsConnected && !canceled.IsCancellationRequested)
            {
                var hashes = Enumerable.Range(0, count).Select(_ => scene.Network.Forgery.RandomHash()).ToList();
                if (!await peer.SendAsync(new WireMessage.NewPooledTransactionHashes(types, sizes, hashes), canceled)) return;
                await AttackScene.WaitAsync(TimeSpan.FromMilliseconds(pauseMs), canceled);
            }
        }
    }

    private static ValueTask<WireMessage?> Unasked(WireMessage request, CancellationToken cancellation) =>
        request is WireMessage.GetPooledTransactions ask
            ? Answers.With(new WireMessage.PooledTransactions(ask.RequestId, [Other.Value]))
            : Answers.Empty(request, cancellation);
}
