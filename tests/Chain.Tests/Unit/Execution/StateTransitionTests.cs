using Chain.Execution;
using Chain.Primitives;

namespace Chain.Tests;

public sealed class StateTransitionTests
{
    [Fact]
    public void A_transfer_moves_value_burns_the_base_fee_and_pays_the_tip()
    {
        var ledger = new Ledger();

        var outcome = ledger.Execute(Ledger.Sign(Ledger.Alice, tx => tx with { Value = Ledger.Ether }));

        var state = ledger.Open();
        Assert.Equal(Ledger.Ether, state.GetBalance(Ledger.Carol.Address));
        Assert.Equal((UInt256)21_000 * 2 * Ledger.Gwei, state.GetBalance(Ledger.Miner));
        Assert.Equal((Ledger.Ether * 9) - ((UInt256)21_000 * 3 * Ledger.Gwei), state.GetBalance(Ledger.Alice.Address));
        Assert.Equal(1UL, state.GetNonce(Ledger.Alice.Address));
        Assert.Equal((UInt256)21_000 * Ledger.Gwei, outcome.BurnedWei);
        Assert.Equal(21_000UL, outcome.GasUsed);
        var receipt = Assert.Single(outcome.Receipts);
        Assert.True(receipt.Succeeded);
        Assert.Equal(21_000UL, receipt.CumulativeGasUsed);
        Assert.Equal(Roots.ReceiptsRoot(outcome.Receipts), outcome.ReceiptsRoot);
    }
}
