using Chain.Primitives;

namespace Chain.Consensus.Stake;

/// <summary>Stake that goes back to accounts, swept in the order of the registry (consensus-specs, Capella; EIP-4895).</summary>
internal static class Withdrawals
{
    /// <summary>get_expected_withdrawals: what the next block must carry.</summary>
    public static IReadOnlyList<Withdrawal> GetExpectedWithdrawals(StakeState state)
    {
        var settings = state.Settings;
        var epoch = state.CurrentEpoch;
        var withdrawals = new List<Withdrawal>();
        var validatorIndex = state.NextWithdrawalValidatorIndex;
        var sweep = Math.Min((ulong)state.ValidatorCount, settings.MaxValidatorsPerWithdrawalsSweep);
        for (ulong swept = 0; swept < sweep && (ulong)withdrawals.Count < settings.MaxWithdrawalsPerPayload; swept++)
        {
            if (Withdrawable(state, validatorIndex, epoch) is { } payment)
            {
                var index = state.NextWithdrawalIndex + (ulong)withdrawals.Count;
                withdrawals.Add(new Withdrawal(index, (ulong)validatorIndex, payment.To, payment.Amount.Amount));
            }

            validatorIndex = (validatorIndex + 1) % state.ValidatorCount;
        }

        return withdrawals;
    }

    /// <summary>
    /// process_withdrawals: what a block carries must be what is expected. An error leaves the state as it was.
    /// </summary>
    public static StakeError? ProcessWithdrawals(StakeState state, IReadOnlyList<Withdrawal> payload)
    {
        var expected = GetExpectedWithdrawals(state);
        if (!payload.SequenceEqual(expected)) return new StakeError.WrongWithdrawals(payload.Count, expected.Count);
        ApplyWithdrawals(state, expected);
        return null;
    }

    /// <summary>apply_withdrawals and the update of where the next sweep begins, for the withdrawals that are expected.</summary>
    public static void ApplyWithdrawals(StakeState state, IReadOnlyList<Withdrawal> expected)
    {
        foreach (var withdrawal in expected)
            state.DecreaseBalance((int)withdrawal.ValidatorIndex, new Gwei(withdrawal.AmountGwei));
        if (expected.Count > 0) state.NextWithdrawalIndex = expected[^1].Index + 1;
        if (state.ValidatorCount == 0) return;
        var next = (ulong)expected.Count == state.Settings.MaxWithdrawalsPerPayload
            ? expected[^1].ValidatorIndex + 1
            : (ulong)state.NextWithdrawalValidatorIndex + state.Settings.MaxValidatorsPerWithdrawalsSweep;
        state.NextWithdrawalValidatorIndex = (int)(next % (ulong)state.ValidatorCount);
    }

    /// <summary>is_fully_withdrawable_validator, is_partially_withdrawable_validator: what can be paid, and to whom.</summary>
    private static (Address To, Gwei Amount)? Withdrawable(StakeState state, int index, Epoch epoch)
    {
        if (state.Identities[index].WithdrawalAddress is not { } address) return null;
        var balance = state.Balances[index];
        var maximum = new Gwei(state.Settings.MaxEffectiveBalance);
        if (state.WithdrawableEpochs[index] <= epoch && balance > Gwei.Zero) return (address, balance);
        return state.EffectiveBalances[index] == maximum && balance > maximum ? (address, balance - maximum) : null;
    }
}
