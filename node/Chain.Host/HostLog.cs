using Chain.Node;
using Microsoft.Extensions.Logging;

namespace Chain.Host;

/// <summary>The node's log, as events with names and fields.</summary>
internal static partial class HostLog
{
    public static void Tell(ILogger logger, NodeEvent happened)
    {
        switch (happened)
        {
            case NodeEvent.HeadChanged { Removed.Count: > 0 } e:
                Reorganised(logger, e.Removed.Count, e.Ancestor.Number, e.Removed[0].Hash.ToShortString(), e.Head.Number,
                    e.Head.Hash.ToShortString());
                break;
            case NodeEvent.HeadChanged e:
                NewHead(logger, e.Head.Number, e.Head.Hash.ToShortString(), e.Added.Count);
                break;
            case NodeEvent.BlockRejected e:
                BlockRejected(logger, e.Number, e.Hash.ToShortString(), e.Why);
                break;
            case NodeEvent.TransactionChanged e:
                TransactionChanged(logger, e.Hash.ToString(), e.Step.Fate, e.Step.Reason);
                break;
            case NodeEvent.OfConsensus { Happened: { IsWarning: true } happening }:
                ConsensusWarning(logger, happening.Message);
                break;
            case NodeEvent.OfConsensus e:
                Consensus(logger, e.Happened.Message);
                break;
            case NodeEvent.PeerReady e:
                PeerReady(logger, e.Peer);
                break;
            case NodeEvent.PeerPunished e:
                PeerPunished(logger, e.Peer, e.Points, e.Score, e.Why);
                break;
            case NodeEvent.SyncProgress e:
                Syncing(logger, e.CurrentBlock, e.HighestBlock);
                break;
            case NodeEvent.SyncFinished e:
                SyncFinished(logger, e.Head);
                break;
            case NodeEvent.TransactionPooled or NodeEvent.TransactionQueued or NodeEvent.NewWork:
                break;
        }
    }

    [LoggerMessage(Level = LogLevel.Information, Message = "Head is block {Number} {Hash} (+{Added})")]
    private static partial void NewHead(ILogger logger, ulong number, string hash, int added);

    [LoggerMessage(Level = LogLevel.Warning,
        Message = "Reorganisation of {Depth} blocks above block {Ancestor}: {OldHead} lost, head is block {Number} {Hash}")]
    private static partial void Reorganised(ILogger logger, int depth, ulong ancestor, string oldHead, ulong number, string hash);

    [LoggerMessage(Level = LogLevel.Warning, Message = "Block {Number} {Hash} refused: {Why}")]
    private static partial void BlockRejected(ILogger logger, ulong number, string hash, string why);

    [LoggerMessage(Level = LogLevel.Information, Message = "Transaction {Hash} is {Fate}: {Reason}")]
    private static partial void TransactionChanged(ILogger logger, string hash, TransactionFate fate, string? reason);

    [LoggerMessage(Level = LogLevel.Information, Message = "Consensus: {What}")]
    private static partial void Consensus(ILogger logger, string what);

    [LoggerMessage(Level = LogLevel.Warning, Message = "Consensus: {What}")]
    private static partial void ConsensusWarning(ILogger logger, string what);

    [LoggerMessage(Level = LogLevel.Critical, Message = "The node stops following the chain and serves reads only: {Why}")]
    public static partial void Halted(ILogger logger, string why);

    [LoggerMessage(Level = LogLevel.Error, Message = "The proof {Name} could not be written: {Why}")]
    public static partial void EvidenceLost(ILogger logger, string name, string why);

    [LoggerMessage(Level = LogLevel.Information, Message = "{Peer} is on our chain")]
    private static partial void PeerReady(ILogger logger, PeerId peer);

    [LoggerMessage(Level = LogLevel.Warning, Message = "{Peer} pays {Points} points (now {Score}): {Why}")]
    private static partial void PeerPunished(ILogger logger, PeerId peer, int points, int score, string why);

    [LoggerMessage(Level = LogLevel.Information, Message = "Catching up: block {Current} of {Highest}")]
    private static partial void Syncing(ILogger logger, ulong current, ulong highest);

    [LoggerMessage(Level = LogLevel.Information, Message = "Caught up at block {Head}")]
    private static partial void SyncFinished(ILogger logger, ulong head);

    [LoggerMessage(Level = LogLevel.Warning, Message = "Disconnecting {Peer}: {Why}")]
    public static partial void Disconnecting(ILogger logger, PeerId peer, string why);

    [LoggerMessage(Level = LogLevel.Critical, Message = "The store refused a write, the node serves reads only: {Why}")]
    public static partial void ReadOnly(ILogger logger, string why);

    [LoggerMessage(Level = LogLevel.Critical, Message = "The store is damaged, the node serves reads only: {Why}")]
    public static partial void Damaged(ILogger logger, string why);

    [LoggerMessage(Level = LogLevel.Error, Message = "A damaged record was met by {Reader}: {Why}")]
    public static partial void DamageMet(ILogger logger, string reader, string why);

    [LoggerMessage(Level = LogLevel.Warning, Message = "{What}")]
    public static partial void Note(ILogger logger, string what);

    [LoggerMessage(Level = LogLevel.Information,
        Message = "{Client} on chain {ChainId}, genesis {Genesis}, {Consensus}; signatures by {Signatures}")]
    public static partial void Starting(ILogger logger, string client, ulong chainId, string genesis, string consensus,
        string signatures);

    [LoggerMessage(Level = LogLevel.Information, Message = "Resuming at block {Number} {Hash}")]
    public static partial void Resuming(ILogger logger, ulong number, string hash);

    [LoggerMessage(Level = LogLevel.Information, Message = "JSON-RPC on http://127.0.0.1:{Port}, peers on {Enode}")]
    public static partial void Listening(ILogger logger, int port, string? enode);

    [LoggerMessage(Level = LogLevel.Information, Message = "Stopped at block {Number} {Hash}")]
    public static partial void Stopped(ILogger logger, ulong number, string hash);

    [LoggerMessage(Level = LogLevel.Information, Message = "Forgot {Nodes} trie nodes of states below block {Below}")]
    public static partial void Pruned(ILogger logger, long nodes, ulong below);

    [LoggerMessage(Level = LogLevel.Error, Message = "Background work on the store failed: {Why}")]
    public static partial void MaintenanceFailed(ILogger logger, string why);
}
