namespace Chain.Node;

/// <summary>Counters of what peers can make grow.</summary>
/// <param name="OpenRequests">Questions without an answer yet, of all kinds.</param>
/// <param name="Fetches">Announced blocks being fetched.</param>
/// <param name="Orphans">Blocks whose parent is not here.</param>
/// <param name="OrphanBytes">Their size, as <see cref="BlockSize"/> counts.</param>
/// <param name="FutureBlocks">Blocks that wait for their time.</param>
/// <param name="FutureBytes">Their size.</param>
/// <param name="SyncBytes">Size of the bodies and sidecars that wait for the blocks before them.</param>
public sealed record NodeUsage(
    int OpenRequests, int Fetches, int Orphans, long OrphanBytes, int FutureBlocks, long FutureBytes, long SyncBytes);
