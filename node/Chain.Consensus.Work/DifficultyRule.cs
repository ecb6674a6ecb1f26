namespace Chain.Consensus.Work;

/// <summary>How difficulty follows from the parent.</summary>
public enum DifficultyRule
{
    /// <summary>The aserti3 exponential, step by step with the parent as anchor.</summary>
    Asert,

    /// <summary>The genesis difficulty for ever.</summary>
    Fixed,
}
