using System.CommandLine;
using System.Text.Json.Nodes;
using Chain.Consensus.Stake;
using Chain.Plugin;
using Chain.Primitives;
using Chain.Programs;
using Chain.Rpc.Client;
using Chain.Terminal;
using Chain.Testnet;
using Spectre.Console;

namespace Chain.Rules.Stake;

/// <summary>
/// Hands a signed exit to a node, and where the answer is lost looks whether the chain has taken it. Sending one twice does no
/// harm: a validator leaves once.
/// </summary>
internal static class ExitSubmission
{
    private const int Looks = 3;
    private static readonly TimeSpan LookEvery = TimeSpan.FromMilliseconds(500);
    private static readonly TimeSpan LookLimit = TimeSpan.FromSeconds(1);

    /// <returns>The exit code.</returns>
    /// <exception cref="RefusedCallException">The node refuses it, and the validator does not leave.</exception>
    public static async Task<int> SendAsync(ParseResult parsed, NodeClient node, SignedVoluntaryExit exit,
        CancellationToken cancellation)
    {
        var rlp = new RlpWriter();
        exit.WriteTo(rlp);
        var document = new JsonObject
        {
            ["validator"] = exit.ValidatorIndex,
            ["epoch"] = exit.Epoch.Number,
            ["exit"] = Hex.Encode(rlp.WrittenSpan),
        };
        try
        {
            var answer = await node.AskAsync("chain_submitVoluntaryExit", [Hex.Encode(rlp.WrittenSpan)], cancellation);
            if (!answer.Flag()) throw answer.Malformed("true");
            return ValidatorSession.Tell(
                parsed,
                document,
                $"The exit of validator {exit.ValidatorIndex} is on its way. Let it vote on until its exit epoch, which "
                    + "`chain validator list` shows once a block has taken it.");
        }
        catch (Exception e) when (e is RefusedCallException or NoNodeException or ClientException or OperationCanceledException)
        {
            var looks = e is NoNodeException or ClientException ? Looks : 1;
            if (await ExitEpochAsync(node, exit.ValidatorIndex, looks) is { } leaving)
            {
                document["exitEpoch"] = leaving;
                return ValidatorSession.Tell(parsed, document,
                    $"Validator {exit.ValidatorIndex} leaves in epoch {leaving}: the chain has its exit, although the node "
                    + $"did not say so ({Reason(e)}).");
            }

            if (e is RefusedCallException) throw;
            var message = $"The exit of validator {exit.ValidatorIndex} was handed to {node.Url} and may have been accepted "
                + $"({Reason(e)}); no block has it yet. See `chain validator list`. Repeating the command does no harm: it "
                + "sends the same bytes, and a validator leaves once.";
            document["error"] = ErrorDocument.Error(ExitCodes.NameOf(ExitCodes.MaybeAccepted), ExitCodes.MaybeAccepted,
                message);
            if (parsed.GetValue(ValidatorSession.Json)) JsonOutput.Print(document);
            ProgramConsole.Errors.MarkupLine($"[red]error:[/] {Shown.Line(message)}");
            return ExitCodes.MaybeAccepted;
        }
    }

    private static string Reason(Exception e) => e is OperationCanceledException ? "interrupted" : e.Message.TrimEnd('.');

    // Asked on after an interruption too, for a moment: what is known is worth saying.
    private static async Task<ulong?> ExitEpochAsync(NodeClient node, int index, int looks)
    {
        for (var look = 1; look <= looks; look++)
        {
            using var limit = new CancellationTokenSource(LookLimit);
            try
            {
                var registry = await node.TryAskAsync("chain_validators", ValidatorRegistry.Read, limit.Token);
                if (registry?.Validators.ElementAtOrDefault(index)?.ExitEpoch is { } leaving) return leaving;
            }
            catch (OperationCanceledException)
            {
                // No answer in time.
            }

            if (look < looks) await Task.Delay(LookEvery);
        }

        return null;
    }
}
