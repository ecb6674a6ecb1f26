using System.CommandLine;

namespace Chain.Cli;

/// <summary>`chain validator`: what who stakes does beside running a node.</summary>
internal static class ValidatorCommands
{
    public static Command Create() => new("validator", "Look after validators and what they signed")
    {
        ValidatorListCommand.Create(), ValidatorDepositCommand.Create(), ValidatorExitCommand.Create(),
        ValidatorHistoryCommands.Create(),
    };
}
