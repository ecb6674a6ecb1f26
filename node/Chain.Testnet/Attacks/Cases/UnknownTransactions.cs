using Chain.Node;
using Chain.Primitives;

namespace Chain.Testnet;

/// <summary>Peers that announce transactions which they do not have, so that the places for those being fetched are taken.</summary>
internal static class UnknownTransactions
{
    private const int PerMessage = 8192;

    public static Attack Attack { get; } = new(18, "unknown-transactions", "peers announce 8,192 transactions that do not exist, again and again",
    [
        Of("empty", "answers that it has none of them", PerMessage, 250, Answers.Empty),
        Of("silent", "does not answer", PerMessage, 250, Answers.Never),
        Of("late", "answers that it has none of them, just before the request times out", PerMessage, 250, Answers.Slowly(Answers.Empty, Answers.JustInTime)),
        Of("trickle", "announces 64 at a time, a hundred times a second, and does not answer", 64, 10, Answers.Never),
        Of("unasked", "answers with another transaction than those asked for", PerMessage, 250, Unasked),
    ]);

    private static AttackVariation Of(string name, string summary, int count, int pauseMs, AnswerRule answer) => new(name, summary, (scene, _) =>
    {
        var forgery = scene.Network.Forgery;
        return Task.FromResult<Func<CancellationToken, Task>>(until => scene.OnEachAsync(
            perVictim: 2,
            options => options with { Answer = answer },
            async (peer, canceled) =>
            {
                while (peer.IsConnected && !canceled.IsCancellationRequested)
                {
                    var hashes = Enumerable.Range(0, count).Select(_ => forgery.RandomHash()).ToList();
                    if (!await peer.SendAsync(new WireMessage.NewPooledTransactionHashes([.. hashes.Select(_ => (byte)2)], [.. hashes.Select(_ => 120)], hashes), canceled)) return;
                    await AttackScene.WaitAsync(TimeSpan.FromMilliseconds(pauseMs), canceled);
                }
            },
            until));
    })
    { Costs = true };

    private static readonly Lazy<Transaction> Other = new(() => Transfers.Sign(DevelopmentAccounts.Keys[9], Transfers.Unsigned(0, DevelopmentAccounts.Keys[9].Address, 1)));

    private static ValueTask<WireMessage?> Unasked(WireMessage request, CancellationToken cancellation) => ValueTask.FromResult(
        request is WireMessage.GetPooledTransactions ask ? new WireMessage.PooledTransactions(ask.RequestId, [Other.Value]) : Answers.EmptyAnswer(request));
}
