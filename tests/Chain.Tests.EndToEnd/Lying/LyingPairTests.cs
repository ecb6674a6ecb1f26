namespace Chain.Tests.EndToEnd;

/// <summary>Two commands at the same moment make two payments, or say that they made one.</summary>
public sealed class LyingPairTests : IAsyncDisposable
{
    // How long an answer waits for a second question. Where the wallet asks one after the other, that is what a test takes.
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(2);

    private readonly Victim _victim = new();
    private readonly TaskCompletionSource _both = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private int _asked;

    public LyingPairTests() => _victim.Node.Lie("eth_getTransactionCount", AnswerBothAtOnceAsync);

    public ValueTask DisposeAsync() => _victim.DisposeAsync();

    [Fact]
    public Task Two_equal_transfers_are_two_payments() => TwoAtOnceAsync(() => _victim.SendAsync(), () => _victim.SendAsync());

    [Fact]
    public Task Two_calls_of_the_faucet_are_two_payments() =>
        TwoAtOnceAsync(() => _victim.WalletAsync("faucet", Victim.Nobody), () => _victim.WalletAsync("faucet", Victim.Nobody));

    [Fact]
    public Task Two_different_transfers_do_not_take_each_others_place() =>
        TwoAtOnceAsync(() => _victim.SendAsync(), () => _victim.SendAsync("--priority-fee", "3gwei", "--max-fee", "9gwei"));

    [Fact]
    public Task Two_transfers_with_one_nonce_by_hand_are_one_payment_and_say_so() =>
        TwoAtOnceAsync(() => _victim.SendAsync("--nonce", "0"), () => _victim.SendAsync("--nonce", "0"));

    [Fact]
    public Task A_transfer_and_a_deposit_of_one_account_are_two() =>
        TwoAtOnceAsync(() => _victim.SendAsync(), () => _victim.DepositAsync("--no-wait"));

    private async Task TwoAtOnceAsync(Func<Task<Programs.Outcome>> first, Func<Task<Programs.Outcome>> second)
    {
        var ended = await Task.WhenAll(first(), second());
        var received = _victim.HandedOver(2, ended);
        var succeeded = ended.Count(outcome => outcome.ExitCode == 0);
        var payments = received.Select(transaction => transaction.Nonce).Distinct().Count();
        var printed = string.Join("\n--\n", ended.Select(outcome => outcome.Output + outcome.Errors));
        Assert.True(payments == succeeded,
            $"{succeeded} commands say that they paid, {payments} payments can be mined\n{printed}");
        Assert.True(succeeded >= 1, printed);
    }

    // Both get the nonce that was next before either sent.
    private async Task<Reply> AnswerBothAtOnceAsync(LyingCall call)
    {
        var reply = await call.HonestAsync();
        if (Interlocked.Increment(ref _asked) >= 2) _both.TrySetResult();
        using var patience = new CancellationTokenSource(Patience);
        await _both.Task.WaitAsync(patience.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        _both.TrySetResult();
        return reply;
    }
}
