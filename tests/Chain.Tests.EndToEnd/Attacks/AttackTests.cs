using Chain.Bench;
using Chain.Node;
using Chain.Testnet;

namespace Chain.Tests.EndToEnd;

/// <summary>
/// A hostile peer against real processes. `chain bench attack` measures the same attacks, each variation alone and against the
/// clock.
/// </summary>
[Collection("attacks")]
public sealed class AttackTests
{
    [Theory]
    [InlineData("status", "sealed", "new-block", "range", "hashes")]
    [InlineData("stake-status", "stake-range")]
    public async Task Heights_that_are_only_claimed_stop_neither_blocks_nor_transfers(params string[] variations)
    {
        await using var attack = await UnderAttack.BeginAsync("claimed-heights", variations);
        await attack.HoldsAsync();
    }

    [Theory]
    [InlineData("same-header", "genesis-again", "one-step", "withheld-headers", "withheld-bodies")]
    public async Task Peers_whose_answers_lead_nowhere_do_not_keep_a_node_from_catching_up(params string[] variations)
    {
        await using var attack = await UnderAttack.BeginAsync("stuck-probes", variations);
        await attack.HoldsAsync();
    }

    [Theory]
    [InlineData("near", "far", "repeated", "empty")]
    public async Task Floods_of_block_hashes_do_not_slow_a_node(params string[] variations)
    {
        await using var attack = await UnderAttack.BeginAsync("block-hash-flood", variations);
        await attack.HoldsAsync();
    }

    [Theory]
    [InlineData("empty", "silent", "trickle", "unasked")]
    public async Task Transactions_that_are_announced_and_not_delivered_do_not_hold_up_honest_ones(params string[] variations)
    {
        await using var attack = await UnderAttack.BeginAsync("unknown-transactions", variations);
        await attack.HoldsAsync();
    }

    [Theory]
    [InlineData("rpc-dear", "pushed")]
    public async Task Transactions_behind_a_missing_nonce_do_not_push_out_what_can_be_mined(params string[] variations)
    {
        await using var attack = await UnderAttack.BeginAsync("gapped-nonces", variations);
        await attack.HoldsAsync();
    }

    [Theory]
    [InlineData("silent", "same-source", "dripping", "no-hello", "no-status")]
    [InlineData("no-status-here", "idle-here")]
    [InlineData("no-status", "idle", "idle-scattered")]
    [InlineData("deaf")]
    public async Task Sockets_that_never_become_useful_peers_do_not_keep_honest_ones_out(params string[] variations)
    {
        await using var attack = await UnderAttack.BeginAsync("unfinished-handshakes", variations);
        await attack.HoldsAsync();
        await attack.UntilAsync(() => IsLetInAsync(attack), () => "an honest newcomer is let in");
    }

    [Fact]
    public async Task A_newcomer_that_delivers_keeps_its_place_while_idle_peers_come_and_go()
    {
        const int Comers = 100;
        await using var attack = await UnderAttack.BeginAsync("unfinished-handshakes", "idle-here");
        var victim = attack.Scene.Victims[0];
        await attack.UntilAsync(() => Task.FromResult(attack.Scene.Offenders().Count >= Comers), () => $"{Comers} idle peers");
        // One that loses its place before it has delivered comes again.
        HostilePeer? delivered = null;
        await attack.UntilAsync(
            async () => (delivered = await DeliverAsync(attack, victim)) is not null,
            () => "an honest newcomer delivers a transaction");
        await using var honest = delivered!;
        var seen = attack.Scene.Offenders().Count;
        await attack.UntilAsync(
            () => Task.FromResult(attack.Scene.Offenders().Count >= seen + Comers),
            () => $"{Comers} more idle peers after {seen}");

        Assert.True(honest.IsConnected, $"The newcomer was put out: {honest.Ending}");
    }

    [Theory]
    [InlineData("unmatched", "future-matched", "kept", "too-heavy")]
    public async Task Heavy_blocks_that_cannot_be_placed_yet_do_not_fill_memory(params string[] variations)
    {
        await using var attack = await UnderAttack.BeginAsync("heavy-orphans", variations);
        await attack.HoldsAsync();
    }

    [Theory]
    [InlineData(5, 1, 5)]
    [InlineData(2, 3, 0)]
    public async Task Transfers_of_a_side_that_lost_reach_the_side_that_won(int perBlock, int blocks, int waiting)
    {
        await using var attack = await UnderAttack.BeginAsync(ReturnedTransfers.Terrain, []);
        var hashes = await ReturnedTransfers.LoseAsync(attack.Network, perBlock, blocks, waiting, CancellationToken.None);
        using var winner = attack.Network.Rpc(1);
        var missing = hashes.ToList();
        await attack.UntilAsync(
            async () =>
            {
                for (var i = missing.Count - 1; i >= 0; i--)
                {
                    var found = await winner.TryAskAsync("eth_getTransactionByHash", [missing[i].ToString()]);
                    if (found is not null) missing.RemoveAt(i);
                }

                return missing.Count == 0;
            },
            () => $"all {hashes.Count} transfers at the node that won; {missing.Count} are missing");
    }

    private static async Task<bool> IsLetInAsync(UnderAttack attack)
    {
        try
        {
            await using var newcomer = await attack.Scene.DialGuideAsync(attack.Scene.Victims[0], CancellationToken.None);
            return await newcomer.AskHeaderAsync(0, CancellationToken.None) is not null;
        }
        catch (IOException)
        {
            return false;
        }
    }

    /// <summary>Dials as an honest peer and delivers a transfer; the peer if it still has its place then, else null.</summary>
    private static async Task<HostilePeer?> DeliverAsync(UnderAttack attack, int node)
    {
        using var rpc = attack.Network.Rpc(node);
        var key = DevelopmentAccounts.Keys[9];
        var nonce = await PlainTransfers.NextNonceAsync(rpc, key.Address, CancellationToken.None);
        var transfer = PlainTransfers.Sign(key, PlainTransfers.Unsigned(nonce, key.Address, 1));
        HostilePeer peer;
        try
        {
            peer = await attack.Scene.DialGuideAsync(node, CancellationToken.None);
        }
        catch (IOException)
        {
            return null;
        }

        await peer.SendAsync(new WireMessage.Transactions([transfer]), CancellationToken.None);
        await peer.AskHeaderAsync(0, CancellationToken.None);
        if (peer.IsConnected && await PlainTransfers.IsKnownAsync(rpc, transfer.Hash, CancellationToken.None)) return peer;
        await peer.DisposeAsync();
        return null;
    }
}
