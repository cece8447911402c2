-- Grain: one file that is refused as of now, in order.
-- Inputs: ops.delivery.
SELECT
    source_id,
    delivery_on,
    file_number,
    digest,
    refused_rule AS rule,
    refused_line AS line,
    refused_message AS message
FROM ops.delivery
WHERE status = 'refused'
ORDER BY source_id, delivery_on, file_number
