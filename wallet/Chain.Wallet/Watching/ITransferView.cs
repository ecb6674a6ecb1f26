using Chain.Primitives;

namespace Chain.Wallet;

/// <summary>A way to look at one transfer through a node.</summary>
public interface ITransferView
{
    /// <exception cref="ClientException">The node does not answer, or not as specified.</exception>
    Task<Observation> LookAsync(CancellationToken cancel);
}

/// <summary>Looks through our own node's <c>chain_</c> methods, which remember what happened and why.</summary>
public sealed class ChainTransferView(NodeClient node, Hash256 hash, double attackerShare,
    StandardTransferView fallback) : ITransferView
{
    private bool _lacking;

    /// <inheritdoc/>
    public async Task<Observation> LookAsync(CancellationToken cancel)
    {
        if (!_lacking)
        {
            var (supported, status) = await node.TransferStatusAsync(hash, cancel).ConfigureAwait(false);
            _lacking = !supported;
            if (status is not null)
            {
                var confidence = status.State == TransferState.Mined
                    ? await node.ConfidenceAsync(hash, attackerShare, cancel).ConfigureAwait(false)
                    : null;
                return new Observation(status, confidence);
            }
        }

        // Another maker's node, or a transfer from before this node's memory.
        return await fallback.LookAsync(cancel).ConfigureAwait(false);
    }
}

/// <summary>
/// Looks through standard <c>eth_</c> methods alone: the state now, with the reason worked out from the sender's nonce. What
/// confirmations are worth depends on the chain's rule, which these methods do not tell.
/// </summary>
public sealed class StandardTransferView(NodeClient node, Hash256 hash, WatchGoal goal) : ITransferView
{
    private TransactionPlace? _lastSeen;

    /// <inheritdoc/>
    public async Task<Observation> LookAsync(CancellationToken cancel)
    {
        var place = await node.PlaceOfAsync(hash, cancel).ConfigureAwait(false);
        if (place is null) return new Observation(await GoneAsync(cancel).ConfigureAwait(false), null);
        _lastSeen = place;
        if (place.BlockNumber is not { } number)
            return new Observation(TransferStatus.Unknown with { State = TransferState.Pending }, null);
        var head = await node.BlockNumberAsync(cancel).ConfigureAwait(false);
        var confirmations = head < number ? 1 : (int)Math.Min(head - number + 1, int.MaxValue);
        var tagged = goal.Tag is null ? null : await node.BlockAsync(goal.Tag, cancel).ConfigureAwait(false);
        var reached = tagged is not null && tagged.Number >= number;
        var confidence = new Confidence(confirmations, reached, reached && goal.Tag == "finalized");
        return new Observation(TransferStatus.Unknown with
        {
            State = TransferState.Mined,
            BlockNumber = number,
            BlockHash = place.BlockHash
        }, confidence);
    }

    private async Task<TransferStatus> GoneAsync(CancellationToken cancel)
    {
        if (_lastSeen is null) return TransferStatus.Unknown;
        var used = await node.NonceAsync(_lastSeen.From, "latest", cancel).ConfigureAwait(false);
        return used > _lastSeen.Nonce
            ? TransferStatus.Unknown with
            {
                State = TransferState.Conflicting,
                Reason = $"nonce {_lastSeen.Nonce} of {_lastSeen.From} is used",
            }
            : TransferStatus.Unknown with { State = TransferState.Dropped, Reason = "the node no longer knows it" };
    }
}
