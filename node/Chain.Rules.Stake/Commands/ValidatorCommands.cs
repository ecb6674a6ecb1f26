using System.CommandLine;
using Chain.Plugin;

namespace Chain.Rules.Stake;

/// <summary>`chain validator`: what who stakes does beside running a node.</summary>
internal static class ValidatorCommands
{
    public static Command Create(CommandGuard guard) => new("validator", "Look after validators and what they signed")
    {
        ValidatorListCommand.Create(guard), ValidatorDepositCommand.Create(guard), ValidatorExitCommand.Create(guard),
        ValidatorHistoryCommands.Create(guard),
    };
}
