using Chain.Primitives;

namespace Chain.Node;

/// <summary>Imports a session's blocks in order as they are complete, and finds who answers for one that is refused.</summary>
internal sealed class BlockIntake(NodeLimits limits, BlockImporter importer, PeerSet peers, Outbox outbox)
{
    /// <summary>Takes what is complete, up to a step's share. Answers why the session is over, or null when it goes on.</summary>
    public SessionEnd? Take(SyncSession session, At now)
    {
        SessionEnd? end = null;
        ImportResult.Added? last = null;
        var taken = 0;
        while (end is null && taken < limits.BlocksPerStep && session.Slots.TryPeek(out var slot) && slot.Complete is { } block)
        {
            taken++;
            var result = importer.Add(block, session.Leader, now);
            if (result is ImportResult.Refused refused && Forgive(slot, refused.Error)) break;
            session.Slots.Dequeue();
            switch (result)
            {
                case ImportResult.Added added:
                    last = added;
                    session.CountImported(block.Number, now);
                    if (slot.BodyFrom is { } helper) outbox.Credit(helper);
                    break;
                case ImportResult.AlreadyKnown:
                    break;
                case ImportResult.Refused { Error: var error }:
                    end = error.IsBelowFinality
                        ? new SessionEnd.CutOff(error)
                        : new SessionEnd.Failed(new PeerOffence.InvalidBlock(error));
                    break;
                default:
                    // Its time has not come, so that what stands on it cannot be taken either.
                    end = new SessionEnd.NotDueYet();
                    break;
            }
        }

        if (taken == 0) return null;
        importer.UpdateHead(now);
        return last is not null && BlockImporter.Settled(last) is ImportResult.Refused condemned
            ? new SessionEnd.Failed(new PeerOffence.InvalidBlock(condemned.Error))
            : end;
    }

    /// <summary>
    /// Whether not the header is to blame but what came to it. Then whoever sent that pays, and it is asked for again; the
    /// leader, whose header is good as far as anybody knows, does not pay for others.
    /// </summary>
    private bool Forgive(SyncSlot slot, BlockError error)
    {
        if (error is BlockError.TransactionsRootMismatch or BlockError.WithdrawalsMismatch && slot.BodyFrom is { } sender)
        {
            peers.Punish(sender, new PeerOffence.InvalidBlock(error));
            slot.DropBody();
            return true;
        }

        var isSidecars = error is BlockError.Consensus { Error: { CondemnsBlock: false, IsBelowFinality: false } };
        if (!isSidecars || slot.SidecarFrom is not { } from) return false;
        peers.Punish(from, new PeerOffence.InvalidBlock(error));
        slot.DropSidecar();
        return true;
    }
}
