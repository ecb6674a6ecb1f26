using System.CommandLine;
using Chain.Consensus.Stake;
using Chain.Plugin;
using Chain.Testnet;

namespace Chain.Rules.Stake;

/// <summary>`chain validator exit`: says for good that a validator leaves.</summary>
internal static class ValidatorExitCommand
{
    public static Command Create(CommandGuard guard)
    {
        var index = new Argument<int>("index") { Description = "The validator's index, as `chain validator list` shows it" };
        var command = new Command("exit",
            "Sign and send a validator's voluntary exit. It cannot be taken back; until its exit epoch the validator goes on "
                + "voting")
        {
            index, ValidatorSession.Data, ValidatorSession.Keys, ValidatorSession.Rpc, ValidatorSession.Yes,
            ValidatorSession.Json,
        };
        command.SetAction((parsed, cancellation) => guard(parsed, async () =>
        {
            using var node = ValidatorSession.Connect(parsed);
            var folder = ValidatorSession.KeyFolder(parsed);
            var registry = await ValidatorSession.ValidatorsAsync(node, cancellation);
            var wanted = parsed.GetValue(index);
            if (registry.Validators.ElementAtOrDefault(wanted) is not { } validator)
                throw new TestnetException($"There is no validator {wanted}; this chain has 0 to "
                    + $"{registry.Validators.Count - 1}.");
            if (validator.ExitEpoch is { } leaving)
                throw new TestnetException($"Validator {wanted} leaves in epoch {leaving} already; its status is "
                    + $"{validator.Status}.");
            var key = validator.PublicKey;
            var secret = Array.Find(ValidatorSession.LoadKeys(folder), secret => ValidatorKeys.NameOf(secret.Key) == key)
                ?? throw new TestnetException($"{folder} does not hold the key of validator {wanted}, {key}.");
            ValidatorSession.Confirm(parsed,
                $"Validator {wanted} leaves for good, with {validator.BalanceGwei / 1e9:0.###} ether. "
                    + $"Send its exit?");
            var (_, genesis) = await ValidatorSession.IdentityAsync(node, cancellation);

            // The earliest epoch that it can be valid from, so that the same validator's exit has the same bytes whenever it is
            // signed.
            var epoch = new Epoch(validator.ActivationEpoch ?? registry.Epoch);
            var exit = new SignedVoluntaryExit(epoch, wanted,
                secret.PrivateKey.Sign(new StakeDomain(genesis).VoluntaryExitRoot(epoch, wanted)));
            return await ExitSubmission.SendAsync(parsed, node, exit, cancellation);
        }));
        return command;
    }
}
