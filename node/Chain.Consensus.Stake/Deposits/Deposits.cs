using Chain.Primitives;

namespace Chain.Consensus.Stake;

/// <summary>From a block's events to its stake (consensus-specs, "Deposits").</summary>
/// <param name="contract">The deposit contract's address.</param>
public sealed class Deposits(Address contract)
{
    /// <summary>A block's deposits in the order of its events.</summary>
    /// <param name="receipts">Of all its transactions, as executed here: what the contract emits is not checked again.</param>
    public IReadOnlyList<Deposit> Read(IReadOnlyList<Receipt> receipts)
    {
        ArgumentNullException.ThrowIfNull(receipts);
        var deposits = new List<Deposit>();
        foreach (var receipt in receipts)
        {
            if (!receipt.Succeeded) continue;
            foreach (var log in receipt.Logs)
            {
                if (log.Address == contract) deposits.Add(Deposit.FromLog(log));
            }
        }

        return deposits;
    }

    /// <summary>
    /// apply_deposit. A new key becomes a validator that waits for activation, its commitment's layer belonging to the epoch of
    /// inclusion: activation takes at least 1 + MAX_SEED_LOOKAHEAD epochs more, so no reveal is wanted before. For a known key
    /// the stake grows, and a commitment that is neither its current nor its next becomes the next one.
    /// </summary>
    internal static void ProcessDeposit(StakeState state, Deposit deposit)
    {
        var settings = state.Settings;
        var epoch = state.CurrentEpoch;
        if (state.IndexOf(deposit.Key) is not { } index)
        {
            var onion = RandaoOnion.Begin(deposit.RandaoCommitment, epoch, settings.RandaoOnionLayers);
            state.AddValidator(new ValidatorIdentity(deposit.Key, deposit.WithdrawalAddress, onion), deposit.Amount);
            return;
        }

        state.IncreaseBalance(index, deposit.Amount);
        var identity = state.Identities[index];
        var current = identity.Onion.InEffect(epoch, settings.RandaoOnionLayers) ?? identity.Onion;
        if (deposit.RandaoCommitment == current.Commitment || deposit.RandaoCommitment == current.NextCommitment) return;
        state.Identities[index] = identity with
        {
            Onion = current.WithNext(deposit.RandaoCommitment, epoch, settings.MaxSeedLookahead),
        };
    }
}
