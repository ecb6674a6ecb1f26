using Chain.Consensus;

namespace Chain.Simulation;

/// <summary>Whom a simulated node acts for, and their keys.</summary>
public interface ISimulatedDuties
{
    /// <summary>As the node's rule knows them.</summary>
    IReadOnlyList<DutyHolder> Holders { get; }

    /// <summary>Signs, or says why not: one answer for each request.</summary>
    IReadOnlyList<SigningAnswer> Sign(IReadOnlyList<SigningRequest> requests);
}
